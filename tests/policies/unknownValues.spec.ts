import assert from "node:assert/strict";
import { rules } from "../../policies/rules";
import { exampleOf } from "./examples";
import { alwaysDecided, withoutEach } from "./unknownPlaces";

/**
 * What a preview reports must hold whatever a value turns out to be that it does not know, and what it cannot report for
 * that reason it must note.
 */
describe("a value that only the update tells", () => {
  for (const rule of rules) {
    it(`breaks ${rule.name} only where it does so in any case, and else leaves it undecided`, async () => {
      const { problems, undecided } = await withoutEach(rule, exampleOf(rule));
      assert.deepEqual(problems, []);
      assert.equal(undecided === 0, alwaysDecided.has(rule.name), "no value of the example matters");
    });
  }
});
