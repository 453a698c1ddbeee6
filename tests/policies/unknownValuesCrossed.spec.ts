import assert from "node:assert/strict";
import { rules } from "../../policies/rules";
import { exampleOf } from "./examples";
import { withoutEach } from "./unknownPlaces";

/** As in unknownValues.spec.ts; here each rule sees the examples of all others, which it mostly accepts. */
describe("a value of another rule's example that only the update tells", function () {
  this.timeout(60_000);

  for (const rule of rules) {
    it(`breaks ${rule.name} only where it does so in any case, and else leaves it undecided`, async () => {
      for (const other of rules.filter((each) => each !== rule)) {
        const { problems } = await withoutEach(rule, exampleOf(other));
        assert.deepEqual(problems, [], other.name);
      }
    });
  }
});
