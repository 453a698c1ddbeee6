import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { format, resolveConfig } from "prettier";
import { UserError } from "../cluster/interruption";
import { projectFolder } from "../cluster/paths";

const document = path.join(projectFolder, "docs", "benchmarks.md");

/** The lines between which the page has the results of the stack's benchmark and of that of its traces. */
const marks = {
  stack: ["<!-- results: npm run bench -- --write -->", "<!-- end of results -->"],
  traces: ["<!-- results: npm run bench -- --traces --write -->", "<!-- end of results of traces -->"],
} as const;

/** Replaces one of the results on a page; a {@link UserError} where the page has no place for them. */
export function withResults(page: string, of: keyof typeof marks, text: string): string {
  const [begin, end] = marks[of].map((mark) => page.indexOf(mark));
  if (begin! < 0 || end! < begin!) {
    throw new UserError(`${document} has no lines ${marks[of].join(" and ")}`);
  }
  return `${page.slice(0, begin)}${marks[of][0]}\n\n${text}\n${page.slice(end)}`;
}

/** Puts results into docs/benchmarks.md. */
export async function writeResults(of: keyof typeof marks, text: string): Promise<void> {
  const page = withResults(await readFile(document, "utf8"), of, text);
  await writeFile(document, await format(page, { ...(await resolveConfig(document)), filepath: document }));
}
