import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A row of the table in cluster/README.md. */
interface Row {
  readonly behaviour: string;
  readonly source: string;
  readonly test: string;
}

const readme = readFileSync(join(__dirname, "..", "..", "cluster", "README.md"), "utf8");

const rows: Row[] = readme
  .split(/^### /m)
  .filter((section) => section.startsWith("Contract"))
  .flatMap((section) => section.split("\n").filter((line) => line.startsWith("|")))
  .slice(2)
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, behaviour = "", source = "", test = ""]) => ({ behaviour, source, test }))
  .filter(({ behaviour }) => !behaviour.startsWith("**"));

/** The titles of all tests of the stand-ins; where a title is made for several cases, each case matches it. */
const titles: RegExp[] = readdirSync(__dirname)
  .filter((file) => file.endsWith(".spec.ts"))
  .flatMap((file) => [...readFileSync(join(__dirname, file), "utf8").matchAll(/\bit\(\s*(["`])(.*?)\1,/gs)])
  .map(([, , title = ""]) => title.split(/\$\{.*?\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
  .map((parts) => new RegExp(`^${parts.join(".+")}$`));

describe("contract of the stand-ins", () => {
  it("has rows", () => assert.ok(rows.length > 60, String(rows.length)));

  it("names the upstream source of each behaviour", () => {
    const without = rows.filter(({ source }) => source === "").map(({ behaviour }) => behaviour);
    assert.deepEqual(without, []);
  });

  it("names a test that exists for each behaviour", () => {
    const unpinned = rows.filter(({ test }) => !titles.some((title) => title.test(test)));
    assert.deepEqual(
      unpinned.map(({ behaviour, test }) => `${behaviour}: ${test}`),
      [],
    );
  });
});
