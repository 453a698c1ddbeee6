import assert from "node:assert/strict";
import { workloadAwaited } from "../../policies/rules/operations/workloadAwaited";
import { judge, resource, unknown } from "./helper";

const skipping = (value: unknown, token = "apps/v1:Deployment") =>
  resource(token, { metadata: { name: "x", annotations: { "pulumi.com/skipAwait": value } } });

describe("workload-awaited", () => {
  it("refuses a workload that no update waits for", async () => {
    const subject = skipping("true");
    assert.deepEqual((await judge(workloadAwaited, [subject])).violations, [
      {
        message:
          'Deployment x: metadata.annotations["pulumi.com/skipAwait"] is "true", so the update succeeds even if the pods never start, ' +
          "and what depends on them begins too early. Remove it, or give the pods more time with pulumi.com/timeoutSeconds.",
        urn: subject.urn,
      },
    ]);
    for (const token of ["apps/v1:StatefulSetPatch", "batch/v1:Job", "core/v1:Pod"]) {
      assert.equal((await judge(workloadAwaited, [skipping("true", token)])).violations.length, 1, token);
    }
  });

  it("accepts one that is awaited, and Services, which may be there before their pods", async () => {
    const subjects = [skipping("false"), skipping(undefined), skipping("true", "core/v1:Service")];
    assert.deepEqual(await judge(workloadAwaited, subjects), { violations: [], notes: [], notApplicable: 1 });
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(workloadAwaited, [skipping(unknown)]);
    assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
  });
});
