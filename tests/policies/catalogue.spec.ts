import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { presets } from "../../policies/presets/definition";
import { rules } from "../../policies/rules";
import { catalogueFiles } from "../../scripts/policyCatalogue";
import { publishedMistakes } from "../../scripts/publishedMistakes";

const root = join(__dirname, "../..");
const read = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "");

describe("catalogue of the rules", function () {
  this.timeout(60_000);

  let files: ReadonlyMap<string, string>;
  before(async () => (files = await catalogueFiles()));

  it("is what the rules say: write it anew with `npm run catalogue`", () => {
    for (const [file, text] of files) {
      assert.equal(read(file), text, `${file} is out of date`);
    }
  });

  it("has every rule under a heading of its own, and no other", () => {
    const headings = [...read("docs/policies.md").matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      headings,
      rules.map(({ name }) => name),
    );
  });

  it("tells of each rule what it says about its example", () => {
    const sections = read("docs/policies.md").split(/^### /m).slice(1);
    for (const [index, { name, description, url, remediationSteps }] of rules.entries()) {
      const section = sections[index]!;
      for (const part of [description, url, remediationSteps]) {
        assert.ok(section.includes(part), `${name} lacks ${part}`);
      }
      assert.match(section, new RegExp(`\\nexample\\.yaml:\\d+: \\w+ ${name} \\(\\w+\\)\\n +\\S`));
    }
  });

  it("tells of each published mistake what each of its rules says", () => {
    const [, section = ""] = read("docs/policies.md").split(/^## (?=Published mistakes)/m);
    for (const { name, source, rules: found } of publishedMistakes) {
      const [, own = ""] = section.split(`published/${name}.yaml)`);
      assert.ok(own.split("**", 1)[0]!.includes(`Source: ${source}.`), name);
      for (const rule of found) {
        assert.match(own, new RegExp(`\\n${name}\\.yaml:\\d+: \\w+ ${rule} \\(\\w+\\)\\n +\\S`));
      }
    }
  });

  it("has a file for each preset, and no other", () => {
    const found = readdirSync(join(root, "policies/presets")).filter((file) => file.endsWith(".json"));
    assert.deepEqual(
      found.sort(),
      Object.keys(presets)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });
});
