import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packSettings } from "../../policies/pack/packConfig";
import { presetConfig, presetLevel, presets, type Preset } from "../../policies/presets/definition";
import type { Rule } from "../../policies/pack/rule";
import { rules } from "../../policies/rules";

const folder = join(__dirname, "../../policies/presets");

describe("presets", () => {
  for (const name of Object.keys(presets)) {
    it(`${name} fits the pack and decides every rule`, () => {
      const config = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Record<string, unknown>;
      assert.deepEqual(
        Object.keys(config),
        rules.map((rule) => rule.name),
      );
      assert.equal(packSettings(rules, config).size, rules.length);
    });
  }

  it("sets only what rules have, of rules that there are", () => {
    for (const { settings } of Object.values<Preset>(presets)) {
      for (const [name, given] of Object.entries(settings ?? {})) {
        assert.doesNotThrow(() => packSettings(rules, { [name]: given }));
      }
    }
  });

  it("never is milder in production than in staging, nor there than in dev", () => {
    const strictness = ["disabled", "advisory", "mandatory"];
    for (const rule of rules) {
      const levels = (["dev", "staging", "production"] as const).map((name) =>
        strictness.indexOf(presetLevel(presets[name], rule)),
      );
      assert.deepEqual(levels, [...levels].sort(), rule.name);
    }
  });

  const rule = (changes: Partial<Rule>): Rule => ({ ...rules[0]!, enforcementLevel: "advisory", ...changes });
  const preset: Preset = {
    description: "",
    levels: { critical: "mandatory", high: "own", medium: "advisory", low: "disabled" },
    groups: { security: { critical: "own", high: "disabled", medium: "own", low: "own" } },
    exceptions: [
      { applies: ({ name }) => name === "a", level: "own", because: "" },
      { applies: ({ name }) => name === "a" || name === "b", level: "mandatory", because: "" },
    ],
    settings: { b: { limit: 1 } },
  };
  const levels: readonly (readonly [Partial<Rule>, string])[] = [
    [{ severity: "critical" }, "mandatory"],
    [{ severity: "high" }, "advisory"],
    [{ severity: "medium", enforcementLevel: "mandatory" }, "advisory"],
    [{ severity: "low" }, "disabled"],
    [{ severity: "high", tags: ["security", "sampling"] }, "disabled"],
    [{ severity: "high", tags: ["sampling", "security"] }, "advisory"],
    [{ name: "a", severity: "low" }, "advisory"],
    [{ name: "b", severity: "low" }, "mandatory"],
  ];
  for (const [changes, level] of levels) {
    it(`gives a rule with ${JSON.stringify(changes)} the level ${level}`, () =>
      assert.equal(presetLevel(preset, rule(changes)), level));
  }

  it("puts settings beside the level", () => {
    const config = presetConfig(preset, [rule({ name: "b" }), rule({ name: "c", severity: "low" })]);
    assert.deepEqual(config, { b: { enforcementLevel: "mandatory", limit: 1 }, c: "disabled" });
  });
});
