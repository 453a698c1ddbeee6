import { readFileSync } from "node:fs";

/** Tells this project's comment from others by the same account; a reader does not see it. */
const marker = "<!-- mesh-tracing: preview of every stack -->";

/** Where the comment goes. */
export interface CommentTarget {
  /** Base URL of GitHub's REST API, as in `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Number of the pull request. */
  readonly pullRequest: string;
  /** A token with `pull-requests: write`. */
  readonly token: string;
}

interface Comment {
  readonly id: number;
  readonly body?: string;
}

/**
 * Writes a report as the pull request's one preview comment: an earlier one is updated in place.
 *
 * @returns `refused` where the token may not write, as in pull requests from forks; then the job's summary has to do.
 * @throws Error with GitHub's answer on everything else.
 */
export async function writeComment(
  target: CommentTarget,
  report: string,
): Promise<"created" | "updated" | "unchanged" | "refused"> {
  const body = `${marker}\n${report}`;
  const comments = `/repos/${target.repository}/issues/${target.pullRequest}/comments`;
  const earlier = await findComment(target, comments);
  if (earlier?.body === body) {
    return "unchanged";
  }
  const { status, answer } =
    earlier === undefined
      ? await ask(target, "POST", comments, { body })
      : await ask(target, "PATCH", `/repos/${target.repository}/issues/comments/${earlier.id}`, { body });
  if (status === 403) {
    return "refused";
  }
  if (status >= 300) {
    throw new Error(`GitHub answered ${status} to the comment: ${answer}`);
  }
  return earlier === undefined ? "created" : "updated";
}

async function findComment(target: CommentTarget, comments: string): Promise<Comment | undefined> {
  for (let page = 1; ; page++) {
    const { status, answer } = await ask(target, "GET", `${comments}?per_page=100&page=${page}`);
    if (status >= 300) {
      throw new Error(`GitHub answered ${status} to the list of comments: ${answer}`);
    }
    const found = JSON.parse(answer) as Comment[];
    const ours = found.find((comment) => comment.body?.startsWith(marker));
    if (ours !== undefined || found.length < 100) {
      return ours;
    }
  }
}

async function ask(
  target: CommentTarget,
  method: string,
  path: string,
  content?: unknown,
): Promise<{ status: number; answer: string }> {
  const response = await fetch(`${target.apiUrl}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${target.token}`,
      "x-github-api-version": "2022-11-28",
    },
    body: content === undefined ? undefined : JSON.stringify(content),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, answer: await response.text() };
}

/** `previewComment.ts FILE`, with GITHUB_TOKEN, GITHUB_REPOSITORY and PULL_REQUEST in the environment. */
async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST } = process.env;
  if (!file || !GITHUB_REPOSITORY || !GITHUB_TOKEN || !PULL_REQUEST) {
    throw new Error("usage: previewComment.ts FILE, with GITHUB_REPOSITORY, GITHUB_TOKEN and PULL_REQUEST set");
  }
  const target = {
    apiUrl: GITHUB_API_URL ?? "https://api.github.com",
    repository: GITHUB_REPOSITORY,
    pullRequest: PULL_REQUEST,
    token: GITHUB_TOKEN,
  };
  const outcome = await writeComment(target, readFileSync(file, "utf8"));
  console.log(
    outcome === "refused"
      ? "::warning::The token may not write comments here (a pull request from a fork): the report is in the job's summary."
      : `The preview comment is ${outcome}.`,
  );
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
