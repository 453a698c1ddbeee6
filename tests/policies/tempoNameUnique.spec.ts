import assert from "node:assert/strict";
import { tempoNameUnique as rule } from "../../policies/rules/tracePath/tempoNameUnique";
import { judge, unknown } from "./helper";
import { tempoMonolithic, tempoStack } from "./traceObjects";

describe("tempo-name-unique", () => {
  it("refuses a TempoMonolithic with the name of a TempoStack in its namespace", async () => {
    const twin = tempoMonolithic({}, { name: "simplest" });
    const { violations } = await judge(rule, [tempoStack(), twin]);
    assert.deepEqual(violations, [
      {
        message:
          'TempoMonolithic tracing-system/simplest: metadata.name is "simplest", the name of TempoStack tracing-system/simplest ' +
          "too, so tempo-operator refuses one of them. Rename one of them.",
        urn: twin.urn,
      },
    ]);
  });

  it("accepts other names and namespaces, and names that Pulumi generates", async () => {
    const others = [tempoMonolithic(), tempoMonolithic({}, { name: "simplest", ns: "other" })];
    assert.deepEqual((await judge(rule, [tempoStack(), ...others])).violations, []);
    const generated = [tempoStack({}, { name: null }), tempoMonolithic({}, { name: null })];
    assert.deepEqual((await judge(rule, generated)).violations, []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const place of [{ name: unknown }, { name: "simplest", ns: unknown }]) {
      const { violations, notes } = await judge(rule, [tempoStack(), tempoMonolithic({}, place)]);
      assert.deepEqual([violations.length, notes.length], [0, 1]);
      assert.deepEqual((await judge(rule, [tempoMonolithic({}, place)])).notes, []);
    }
  });
});
