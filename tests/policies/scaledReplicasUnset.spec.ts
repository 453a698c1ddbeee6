import assert from "node:assert/strict";
import { scaledReplicasUnset } from "../../policies/rules/operations/scaledReplicasUnset";
import { judge, resource, unknown } from "./helper";

const workload = (props: object = {}, token = "apps/v1:Deployment") =>
  resource(token, { metadata: { name: "collector", namespace: "t" }, spec: { replicas: 2 }, ...props });
const autoscaler = (target: object = {}, namespace: unknown = "t") =>
  resource("autoscaling/v2:HorizontalPodAutoscaler", {
    metadata: { name: "scaler", namespace },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "collector", ...target } },
  });
const judged = (...resources: Parameters<typeof judge>[1]) => judge(scaledReplicasUnset, resources);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;

describe("scaled-replicas-unset", () => {
  it("refuses replicas beside an autoscaler", async () => {
    const subject = workload();
    assert.deepEqual((await judged(subject, autoscaler())).violations, [
      {
        message:
          "Deployment t/collector: spec.replicas is 2, but HorizontalPodAutoscaler t/scaler scales it, and each update sets it back. Remove it.",
        urn: subject.urn,
      },
    ]);
  });

  it("accepts a workload that no autoscaler scales, or that sets none", async () => {
    assert.equal(await count(workload()), 0);
    assert.equal(await count(workload(), autoscaler({ name: "other" })), 0);
    assert.equal(await count(workload(), autoscaler({ kind: "StatefulSet" })), 0);
    assert.equal(await count(workload(), autoscaler({}, "other")), 0);
    assert.equal(await count(workload({ spec: {} }), autoscaler()), 0);
  });

  it("judges patches, StatefulSets, and autoscalers of other versions", async () => {
    assert.equal(await count(workload({}, "apps/v1:DeploymentPatch"), autoscaler()), 1);
    assert.equal(await count(workload({}, "apps/v1:StatefulSet"), autoscaler({ kind: "StatefulSet" })), 1);
    const older = { ...autoscaler(), type: "kubernetes:autoscaling/v1:HorizontalPodAutoscaler" };
    assert.equal(await count(workload(), older), 1);
  });

  it("goes by what the program asks for, where the live object says more", async () => {
    const live = { metadata: { name: "collector", namespace: "t", uid: "1-2-3" }, spec: { replicas: 5 } };
    assert.equal(await count(workload({ ...live, __inputs: { spec: {} } }), autoscaler()), 0);
    const [violation] = (await judged(workload({ ...live, __inputs: { spec: { replicas: 2 } } }), autoscaler()))
      .violations;
    assert.match(violation?.message ?? "", /spec\.replicas is 2, but/);
    assert.equal(await count(workload(live), autoscaler()), 0);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const scaler of [autoscaler({ name: unknown }), autoscaler({ kind: unknown }), autoscaler({}, unknown)]) {
      const { violations, notes } = await judged(workload(), scaler);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    assert.deepEqual((await judged(workload(), autoscaler({ name: unknown, kind: "StatefulSet" }))).notes, []);
    const someday = await judged(workload({ spec: { replicas: unknown } }), autoscaler());
    assert.equal(someday.violations.length, 1);
  });
});
