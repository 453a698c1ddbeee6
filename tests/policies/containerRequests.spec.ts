import assert from "node:assert/strict";
import { containerRequests } from "../../policies/rules/operations/containerRequests";
import { judge, resource, unknown } from "./helper";

const both = { cpu: "100m", memory: "64Mi" };
const pods = (containers: unknown, spec: object = {}, token = "apps/v1:Deployment") =>
  resource(token, { metadata: { name: "x" }, spec: { template: { spec: { containers, ...spec } } } });
const judged = (containers: unknown, spec: object = {}) => judge(containerRequests, [pods(containers, spec)]);
const count = async (containers: unknown, spec: object = {}) => (await judged(containers, spec)).violations.length;

describe("container-requests", () => {
  it("asks each container for both", async () => {
    const subject = pods([{ resources: { requests: both } }, { name: "b" }]);
    assert.deepEqual((await judge(containerRequests, [subject])).violations, [
      {
        message:
          "Deployment x: spec.template.spec.containers[1].resources.requests is not set, without cpu and memory, " +
          "so the scheduler takes the container to need none. Set it to what the container uses.",
        urn: subject.urn,
      },
    ]);
    const [violation] = (await judged([{ resources: { requests: { cpu: "1" } } }])).violations;
    assert.match(violation?.message ?? "", /requests is \{"cpu":"1"\}, without memory, so/);
  });

  it("takes limits for requests, as Kubernetes does, and those of the whole pod", async () => {
    assert.equal(await count([{ resources: { requests: both } }]), 0);
    assert.equal(await count([{ resources: { limits: both } }]), 0);
    assert.equal(await count([{ resources: { limits: { memory: "1Gi" }, requests: { cpu: "1" } } }]), 0);
    assert.equal(await count([{}], { resources: { requests: both } }), 0);
    assert.equal(await count([{}], { resources: { limits: both } }), 0);
    assert.equal(await count([]), 0);
    assert.equal(await count([{}], { initContainers: [{ resources: { requests: both } }] }), 1);
  });

  it("judges every kind of workload, but not a patch, which has only a part", async () => {
    const pod = { containers: [{}] };
    for (const subject of [
      resource("core/v1:Pod", { metadata: { name: "x" }, spec: pod }),
      resource("batch/v1:CronJob", {
        metadata: { name: "x" },
        spec: { jobTemplate: { spec: { template: { spec: pod } } } },
      }),
      pods([{}], {}, "apps.openshift.io/v1:DeploymentConfig"),
    ]) {
      assert.equal((await judge(containerRequests, [subject])).violations.length, 1, subject.type);
    }
    assert.equal((await judge(containerRequests, [pods([{}], {}, "apps/v1:DeploymentPatch")])).violations.length, 0);
  });

  it("takes the resources from its configuration", async () => {
    const config = { resources: ["memory"] };
    const memoryOnly = pods([{ resources: { requests: { memory: "1Gi" } } }]);
    assert.deepEqual((await judge(containerRequests, [memoryOnly], config)).violations, []);
    assert.equal((await judge(containerRequests, [memoryOnly])).violations.length, 1);
  });

  it("does not judge what a preview does not know, and is not meant for other kinds", async () => {
    for (const containers of [
      unknown,
      [unknown],
      [{ resources: unknown }],
      [{ resources: { requests: { ...both, cpu: unknown } } }],
    ]) {
      const { violations, notes } = await judged(containers);
      assert.deepEqual(violations, []);
      assert.ok(notes.length > 0);
    }
    const known = await judged([{ resources: { requests: { ...both, cpu: unknown }, limits: { cpu: "1" } } }]);
    assert.deepEqual(known.notes, []);
    assert.equal((await judge(containerRequests, [resource("core/v1:Service", {})])).notApplicable, 1);
  });
});
