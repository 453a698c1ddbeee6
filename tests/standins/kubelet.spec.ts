import assert from "node:assert/strict";
import { kubelet } from "../../cluster/standins/kubelet";
import { kinds, object, type KubeObject, type RunningPod } from "../../cluster/standins/objects";
import { condition } from "../../cluster/standins/world";
import { Simulation } from "./simulation";

/** A pod `p` of namespace `a` with one container, scheduled unless told otherwise. */
function pod(spec: object = {}, status: object = { phase: "Pending" }): RunningPod {
  const containers = [{ name: "main", image: "image" }];
  return object(kinds.pod, "p", "a", { spec: { nodeName: "node-0", containers, ...spec }, status });
}

/** Whether the pod may start, why not, and what its container shows. */
async function judge(the: RunningPod, ...others: KubeObject[]): Promise<[string, string?, unknown?]> {
  const simulation = new Simulation([kubelet], [the, ...others]);
  await simulation.settle();
  const { status } = simulation.world.get(kinds.pod, "p", "a") ?? {};
  const { status: answer, message } = condition(status?.conditions, "PodReadyToStartContainers");
  const [container] = (status?.containerStatuses ?? []) as { state?: { waiting?: object } }[];
  return [answer, message, container?.state?.waiting];
}

const secret = (name: string, data: object = {}, namespace = "a") => object(kinds.secret, name, namespace, { data });
const configMap = (name: string, fields: object = {}) => object(kinds.configMap, name, "a", fields);
const reading = (env: object) => pod({ containers: [{ name: "main", image: "image", ...env }] });

describe("stand-in of the kubelet", () => {
  it("lets a pod start that needs nothing", async () => {
    assert.deepEqual(await judge(pod()), ["True", undefined, undefined]);
  });

  it("leaves pods alone that are not scheduled, are going or have started", async () => {
    const going = pod();
    const simulation = new Simulation([kubelet]);
    simulation.world.put({ ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
    assert.equal(await simulation.step(), 0);
    assert.equal((await judge(pod({ nodeName: undefined })))[0], "Unknown");
    assert.equal((await judge(pod({}, { podIP: "10.244.0.1" })))[0], "Unknown");
  });

  const volumes: readonly (readonly [string, object, string])[] = [
    ["a Secret", { secret: { secretName: "s" } }, 'secret "s" not found'],
    ["a ConfigMap", { configMap: { name: "c" } }, 'configmap "c" not found'],
    ["a projected Secret", { projected: { sources: [{ secret: { name: "s" } }] } }, 'secret "s" not found'],
    ["a projected ConfigMap", { projected: { sources: [{ configMap: { name: "c" } }] } }, 'configmap "c" not found'],
  ];
  for (const [what, volume, problem] of volumes) {
    it(`keeps a pod waiting for ${what} that it mounts`, async () => {
      const mounting = pod({ volumes: [volume] });
      assert.deepEqual(await judge(mounting), ["False", problem, { reason: "ContainerCreating" }]);
      assert.equal((await judge(mounting, secret("s"), configMap("c")))[0], "True");
    });
  }

  const environments: readonly (readonly [string, object, string])[] = [
    ["a Secret", { envFrom: [{ secretRef: { name: "s" } }] }, 'secret "s" not found'],
    ["a ConfigMap", { envFrom: [{ configMapRef: { name: "c" } }] }, 'configmap "c" not found'],
    ["a Secret's key", { env: [{ valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }, 'secret "s" not found'],
    [
      "a ConfigMap's key",
      { env: [{ valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }] },
      'configmap "c" not found',
    ],
  ];
  for (const [what, environment, problem] of environments) {
    it(`keeps a pod waiting for ${what} that it reads as environment`, async () => {
      const waiting = { reason: "CreateContainerConfigError", message: problem };
      assert.deepEqual(await judge(reading(environment)), ["False", problem, waiting]);
      const inputs = [secret("s", { k: "dg==" }), configMap("c", { data: { k: "v" } })];
      assert.equal((await judge(reading(environment), ...inputs))[0], "True");
    });
  }

  it("asks for the keys that are read or shown, whether text or binary", async () => {
    const variable = reading({ env: [{ valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] });
    assert.equal((await judge(variable, secret("s", { other: "" })))[1], "couldn't find key k in secret a/s");
    const items = pod({ volumes: [{ configMap: { name: "c", items: [{ key: "x" }, { key: "y" }] } }] });
    assert.equal((await judge(items, configMap("c", { data: { x: "" } })))[1], "couldn't find key y in configmap a/c");
    assert.equal((await judge(items, configMap("c", { data: { x: "" }, binaryData: { y: "" } })))[0], "True");
  });

  it("does not wait for what is optional, nor take what another namespace has", async () => {
    const optional = reading({
      env: [{ valueFrom: { secretKeyRef: { name: "s", key: "k", optional: true } } }],
      envFrom: [{ configMapRef: { name: "c", optional: true } }],
    });
    assert.equal((await judge(optional))[0], "True");
    const mounting = pod({ volumes: [{ secret: { secretName: "s" } }] });
    assert.equal((await judge(mounting, secret("s", {}, "b")))[0], "False");
  });

  it("reads what init containers need, and names each missing thing once", async () => {
    const initContainers = [{ name: "init", envFrom: [{ secretRef: { name: "s" } }] }];
    const both = pod({ initContainers, volumes: [{ secret: { secretName: "s" } }, { configMap: { name: "c" } }] });
    assert.equal((await judge(both))[1], 'secret "s" not found; configmap "c" not found');
  });

  it("lets the pod start as soon as the last input is there", async () => {
    const simulation = new Simulation([kubelet], [pod({ volumes: [{ secret: { secretName: "s" } }] })]);
    await simulation.settle();
    simulation.create(secret("s"));
    await simulation.settle();
    const { status } = simulation.world.get(kinds.pod, "p", "a") ?? {};
    assert.equal(condition(status?.conditions, "PodReadyToStartContainers").status, "True");
  });
});
