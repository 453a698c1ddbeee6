import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { judgeObjects } from "../../policies/audit/judge";
import { packSettings } from "../../policies/pack/packConfig";
import { folderOf, groups, rules } from "../../policies/rules";
import { exampleManifest, examplesFolder, exampleText } from "./examples";

describe("examples of violations", () => {
  it("has one for each rule, and no other", () => {
    const files = readdirSync(examplesFolder, { recursive: true, encoding: "utf8" });
    const expected = Object.entries(groups).flatMap(([group, listed]) =>
      listed.map(({ name }) => join(folderOf(group), `${name}.yaml`)),
    );
    assert.deepEqual(files.filter((file) => file.endsWith(".yaml")).sort(), expected.sort());
  });

  for (const rule of rules) {
    it(`violates ${rule.name}, and says why in its first lines`, async () => {
      assert.match(exampleText(rule), /^(# \S.*\n)+[^#\n]/);
      const { objects, skipped } = exampleManifest(rule);
      assert.equal(skipped, 0);
      const findings = await judgeObjects(rules, objects, packSettings(rules, {}));
      const own = findings.filter((finding) => finding.rule === rule);
      assert.notEqual(own.length, 0, `found only ${findings.map((finding) => finding.rule.name).join(", ")}`);
      for (const { verdict, line } of own) {
        assert.equal(verdict, rule.enforcementLevel);
        assert.ok(line! > 1);
      }
    });
  }
});
