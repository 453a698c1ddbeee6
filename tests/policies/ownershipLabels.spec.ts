import assert from "node:assert/strict";
import { ownershipLabels } from "../../policies/rules/operations/ownershipLabels";
import { judge, resource, unknown } from "./helper";

const all = { "app.kubernetes.io/name": "x", "app.kubernetes.io/part-of": "y" };
const service = (labels: unknown, token = "core/v1:Service") => resource(token, { metadata: { name: "x", labels } });
const count = async (labels: unknown, config?: Record<string, unknown>) =>
  (await judge(ownershipLabels, [service(labels)], config)).violations.length;

describe("ownership-labels", () => {
  it("asks for the labels, in one message for each object", async () => {
    const subject = service(undefined);
    assert.deepEqual((await judge(ownershipLabels, [subject])).violations, [
      {
        message:
          "Service x: metadata.labels is not set, without app.kubernetes.io/name and app.kubernetes.io/part-of, so it cannot be told what the object belongs to. " +
          "Add the labels, or change labels of policy ownership-labels.",
        urn: subject.urn,
      },
    ]);
    const [violation] = (await judge(ownershipLabels, [service({ ...all, "app.kubernetes.io/name": "" })])).violations;
    assert.match(
      violation?.message ?? "",
      /is \["app\.kubernetes\.io\/name","app\.kubernetes\.io\/part-of"\], without app\.kubernetes\.io\/name, so/,
    );
    assert.equal(await count(all), 0);
  });

  it("takes the labels from its configuration", async () => {
    assert.equal(await count({ team: "x" }, { labels: ["team"] }), 0);
    assert.equal(await count(all, { labels: ["team"] }), 1);
    assert.equal(await count({}, { labels: [] }), 0);
  });

  it("judges what runs, stores or serves, but no patches", async () => {
    for (const token of [
      "apps/v1:StatefulSet",
      "core/v1:PersistentVolumeClaim",
      "tempo.grafana.com/v1alpha1:TempoStack",
      "opentelemetry.io/v1beta1:OpenTelemetryCollector",
      "objectbucket.io/v1alpha1:ObjectBucketClaim",
    ]) {
      assert.equal((await judge(ownershipLabels, [service({}, token)])).violations.length, 1, token);
      assert.equal((await judge(ownershipLabels, [service({}, `${token}Patch`)])).violations.length, 0, token);
    }
    assert.equal((await judge(ownershipLabels, [service({}, "core/v1:Secret")])).notApplicable, 1);
  });

  it("does not judge labels that a preview does not know as a whole, and takes an unknown value for one", async () => {
    const { violations, notes } = await judge(ownershipLabels, [service(unknown)]);
    assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    assert.equal(await count({ ...all, "app.kubernetes.io/name": unknown }), 0);
  });
});
