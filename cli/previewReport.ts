import type { Change, Preview, Violation } from "./previewEvents";

/** The preview of one stack and what it was compared with. */
export interface StackPreview extends Preview {
  /** Name of the stack. */
  readonly stack: string;
  /** What the control plane had before: the git revision whose program was deployed, or nothing. */
  readonly deployed?: string;
  /** Why nothing was deployed although a revision was asked for. */
  readonly notDeployed?: string;
}

/** GitHub refuses comments of more than 65,536 characters; some are left for the end of a cut one. */
const longestReport = 65_000;

const longestValue = 160;

/** Marks of a `diff` block, which GitHub colours by the first character of a line. */
const marks: Readonly<Record<string, string>> = { create: "+", delete: "-" };

/**
 * Writes the previews of all stacks as one Markdown text: a table on top, details of each stack below.
 *
 * @returns at most 65,000 characters; where details had to go, it says so.
 */
export function renderReport(previews: readonly StackPreview[]): string {
  const rows = previews.map((preview) => {
    const { changes } = preview;
    const count = (...ops: string[]) => changes.filter(({ op }) => ops.includes(op)).length || "";
    const others = changes.filter(({ op }) => !["create", "update", "replace", "delete"].includes(op)).length || "";
    return `| ${preview.stack} | ${verdict(preview)} | ${count("create")} | ${count("update")} | ${count("replace")} | ${count("delete")} | ${others} |`;
  });
  const head = [
    "## `pulumi preview` of every stack",
    "",
    "| stack | result | create | update | replace | delete | other |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
    "On an embedded control plane, with the policy pack enforced; no real cluster was asked.",
    "",
  ].join("\n");
  const cut = "\n\n_The rest does not fit into a comment: see the output of the job._\n";
  let report = head;
  for (const details of previews.map(renderDetails)) {
    if (report.length + details.length + cut.length > longestReport) {
      return report + cut;
    }
    report += details;
  }
  return report;
}

/** One stack's result in a few words. */
export function verdict({ succeeded, violations, changes }: Preview): string {
  const refusals = violations.filter(({ level }) => level === "mandatory").length;
  if (refusals > 0) {
    return `❌ refused by ${refusals} ${refusals === 1 ? "policy violation" : "policy violations"}`;
  }
  if (!succeeded) {
    return "❌ failed";
  }
  const undecided = new Set(violations.filter(isUndecided).map(({ policy }) => policy)).size;
  const left = `${undecided} ${undecided === 1 ? "policy decides" : "policies decide"} in the update`;
  return [changes.length === 0 ? "✅ no changes" : "✅", ...(undecided > 0 ? [left] : [])].join(", ");
}

/** Whether a policy reports no violation but a value that only the update will tell; the policy pack's words for it. */
function isUndecided({ message }: Violation): boolean {
  return message.startsWith("Not decided for ");
}

function renderDetails(preview: StackPreview): string {
  const { stack, changes, violations, messages } = preview;
  const compared =
    preview.deployed !== undefined
      ? `Compared with ${preview.deployed}, deployed on the control plane before.`
      : `Compared with a cluster where nothing is deployed${preview.notDeployed ? `: ${preview.notDeployed}` : ""}.`;
  const findings = [
    ...violations.map(
      ({ policy, level, resource, message }) => `**${policy}** (${level}) on \`${resource}\`:\n${quoted(message)}`,
    ),
    ...messages.map(({ severity, text }) => `**${severity}**:\n${quoted(text)}`),
  ];
  const list = changes.length > 0 ? [fenced("diff", changes.map(renderChange).join("\n"))] : [];
  const open = findings.length > 0 || !preview.succeeded ? " open" : "";
  return `\n<details${open}><summary><b>${stack}</b>: ${summary(preview)}</summary>\n\n${[compared, ...findings, ...list].join("\n\n")}\n\n</details>\n`;
}

/** How many resources each operation would touch, in words. */
export function summary({ changes, succeeded }: Preview): string {
  const ops = [...new Set(changes.map(({ op }) => op))];
  const counts = ops.map((op) => `${changes.filter((change) => change.op === op).length} to ${op}`);
  return counts.join(", ") || (succeeded ? "no changes" : "not previewed to its end");
}

function renderChange({ op, type, name, inputs }: Change): string {
  const lines = inputs.map(({ path, before, after }) => `      ${path}: ${shownDifference(before, after)}`);
  return [`${marks[op] ?? "!"} ${op} ${type} ${name}`, ...lines].join("\n");
}

function shownDifference(before: unknown, after: unknown): string {
  const texts = [before, after].map((value) => (value === undefined ? "(none)" : JSON.stringify(value)));
  const [old, fresh] = texts as [string, string];
  let same = 0;
  while (same < old.length && old[same] === fresh[same]) {
    same++;
  }
  // Of long texts, what is around the first difference.
  const from = Math.max(old.length, fresh.length) > longestValue ? Math.max(0, same - 20) : 0;
  return texts.map((text) => excerpt(text, from)).join(" → ");
}

function excerpt(text: string, from: number): string {
  const end = from + longestValue;
  return `${from > 0 ? "…" : ""}${text.slice(from, end)}${end < text.length ? "…" : ""}`;
}

/** Text as it is, in a quotation: nothing in it is taken for Markdown or HTML. */
function quoted(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>#|~]/g, "\\$&")
    .split("\n")
    .map((line) => `> ${line}`)
    .join("  \n");
}

/** A code block that its content cannot end. */
function fenced(language: string, content: string): string {
  const longest = Math.max(2, ...(content.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${content}\n${fence}`;
}
