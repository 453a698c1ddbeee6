import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judgeObjects } from "../../policies/audit/judge";
import { readManifest } from "../../policies/audit/manifests";
import { packSettings } from "../../policies/audit/packConfig";
import { folderOf, groups, rules } from "../../policies/rules";

const root = join(__dirname, "../../policies/examples");

describe("examples of violations", () => {
  it("has one for each rule, and no other", () => {
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
    const expected = Object.entries(groups).flatMap(([group, listed]) =>
      listed.map(({ name }) => join(folderOf(group), `${name}.yaml`)),
    );
    assert.deepEqual(files.sort(), expected.sort());
  });

  for (const [group, listed] of Object.entries(groups)) {
    for (const rule of listed) {
      it(`violates ${rule.name}, and says why in its first lines`, async () => {
        const text = readFileSync(join(root, folderOf(group), `${rule.name}.yaml`), "utf8");
        assert.match(text, /^(# \S.*\n)+[^#\n]/);
        const { objects, skipped } = readManifest(text, "example.yaml", "example");
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
  }
});
