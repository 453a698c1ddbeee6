import assert from "node:assert/strict";
import { isRolledOut, type Workload } from "../../dataplane/rollouts";

const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };

const workload = (changes: Partial<Workload["status"]>, replicas?: number): Workload => ({
  kind: "Deployment",
  metadata: { name: "kiali", namespace: "istio-system", generation: 2 },
  spec: replicas === undefined ? {} : { replicas },
  status: { ...status, ...changes },
});

describe("rollouts of the pods that the data plane runs", () => {
  it("are done where all pods are those of the last change", () => {
    assert.ok(isRolledOut(workload({}, 2)));
    assert.ok(isRolledOut(workload({ replicas: 1, updatedReplicas: 1, readyReplicas: 1 })));
    // A controller leaves counts of nothing out.
    assert.ok(isRolledOut({ ...workload({}, 0), status: { observedGeneration: 2 } }));
  });

  it("are not where the controller has yet to see the change, or pods to come, to be ready or to go", () => {
    assert.ok(!isRolledOut(workload({ observedGeneration: 1 }, 2)));
    assert.ok(!isRolledOut(workload({}, 3)));
    assert.ok(!isRolledOut(workload({ readyReplicas: 1 }, 2)));
    assert.ok(!isRolledOut(workload({ updatedReplicas: 1 }, 2)));
    assert.ok(!isRolledOut(workload({ replicas: 3 }, 2)));
    assert.ok(!isRolledOut({ ...workload({}, 1), status: undefined }));
  });
});
