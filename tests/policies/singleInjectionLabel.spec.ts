import assert from "node:assert/strict";
import { singleInjectionLabel } from "../../policies/rules/membership/singleInjectionLabel";
import { deployment, judge, namespace, resource, unknown } from "./helper";
import { enabled, revision } from "./sail";

const judged = (labels: Record<string, unknown>) => judge(singleInjectionLabel, [namespace("bookinfo", labels)]);
const count = async (labels: Record<string, unknown>) => (await judged(labels)).violations.length;

describe("single-injection-label", () => {
  it("refuses both labels, and says which one wins", async () => {
    assert.deepEqual((await judged({ ...enabled, ...revision("canary") })).violations, [
      {
        message:
          'Namespace bookinfo: metadata.labels["istio.io/rev"] is "canary", but istio-injection: enabled outweighs it, ' +
          "so pods get the default revision's sidecar. Remove one of the two labels.",
        urn: namespace("bookinfo").urn,
      },
    ]);
    const [violation] = (await judged({ "istio-injection": "disabled", ...revision("default") })).violations;
    assert.match(violation?.message ?? "", /istio-injection: disabled outweighs it, so pods get no sidecar\./);
  });

  it("accepts each by itself, none, and both if they mean the same", async () => {
    for (const labels of [enabled, revision("canary"), {}, { ...enabled, ...revision("default") }]) {
      assert.equal(await count(labels), 0);
    }
  });

  it("judges patches, and Projects", async () => {
    for (const token of ["core/v1:NamespacePatch", "project.openshift.io/v1:Project"]) {
      const subject = resource(token, { metadata: { name: "x", labels: { ...enabled, ...revision("canary") } } });
      assert.equal((await judge(singleInjectionLabel, [subject])).violations.length, 1, token);
    }
  });

  it("does not judge what a preview does not know, and is not meant for other kinds", async () => {
    for (const labels of [
      { ...enabled, ...revision(unknown) },
      { "istio-injection": unknown, ...revision("canary") },
    ]) {
      const { violations, notes } = await judged(labels);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    assert.deepEqual((await judged({ "istio-injection": unknown })).notes, []);
    assert.equal((await judge(singleInjectionLabel, [deployment("bookinfo")])).notApplicable, 1);
  });
});
