import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { writeComment, type CommentTarget } from "../../cli/previewComment";

interface Comment {
  id: number;
  body: string;
}

/** A stand-in for the part of GitHub's REST API that comments need: paged lists, a token that may or may not write. */
class FakeGitHub {
  readonly comments: Comment[] = [];
  readonly writes: string[] = [];
  mayWrite = true;
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { status, answer } = this.answer(request, body);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });

  async start(): Promise<CommentTarget> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const apiUrl = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return { apiUrl, repository: "o/r", pullRequest: "7", token: "t" };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ method, url, headers }: http.IncomingMessage, body: string): { status: number; answer: unknown } {
    const { pathname, searchParams } = new URL(url!, "http://x");
    if (headers.authorization !== "Bearer t") {
      return { status: 401, answer: { message: "Bad credentials" } };
    }
    if (method === "GET" && pathname === "/repos/o/r/issues/7/comments") {
      const [page, size] = [Number(searchParams.get("page") ?? 1), Number(searchParams.get("per_page") ?? 30)];
      return { status: 200, answer: this.comments.slice((page - 1) * size, page * size) };
    }
    if (!this.mayWrite) {
      return { status: 403, answer: { message: "Resource not accessible by integration" } };
    }
    this.writes.push(`${method} ${pathname}`);
    const text = body === "" ? "" : (JSON.parse(body) as { body: string }).body;
    if (method === "POST" && pathname === "/repos/o/r/issues/7/comments") {
      this.comments.push({ id: this.comments.length + 1, body: text });
      return { status: 201, answer: {} };
    }
    const comment = this.comments.find(({ id }) => pathname === `/repos/o/r/issues/comments/${id}`);
    if (method === "PATCH" && comment !== undefined) {
      comment.body = text;
      return { status: 200, answer: {} };
    }
    return { status: 404, answer: { message: "Not Found" } };
  }
}

describe("the preview comment of a pull request", () => {
  let github: FakeGitHub;
  let target: CommentTarget;

  beforeEach(async () => {
    github = new FakeGitHub();
    target = await github.start();
  });
  afterEach(() => github.stop());

  it("is written once and then updated in place", async () => {
    assert.equal(await writeComment(target, "first"), "created");
    assert.equal(await writeComment(target, "second"), "updated");
    assert.equal(github.comments.length, 1);
    assert.match(github.comments[0]!.body, /second$/);
  });

  it("is left alone where nothing is new", async () => {
    await writeComment(target, "same");
    assert.equal(await writeComment(target, "same"), "unchanged");
    assert.equal(github.writes.length, 1);
  });

  it("is found behind more than a page of others, which stay as they are", async () => {
    for (let id = 1; id <= 130; id++) {
      github.comments.push({ id, body: `comment ${id}` });
    }
    await writeComment(target, "first");
    assert.equal(await writeComment(target, "second"), "updated");
    assert.equal(github.comments.length, 131);
    assert.equal(github.comments[0]!.body, "comment 1");
  });

  it("is given up, without an error, where the token may only read", async () => {
    github.mayWrite = false;
    assert.equal(await writeComment(target, "first"), "refused");
  });

  it("fails with GitHub's words on anything else", async () => {
    await assert.rejects(writeComment({ ...target, token: "wrong" }, "x"), /401.*Bad credentials/);
    await assert.rejects(writeComment({ ...target, pullRequest: "8" }, "x"), /404.*Not Found/);
  });
});
