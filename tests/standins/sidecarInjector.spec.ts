import assert from "node:assert/strict";
import type { AdmissionRequest, JsonPatch, Verdict } from "../../cluster/standins/admission";
import { controlPlanes } from "../../cluster/standins/maistra/controlPlane";
import type { Pod } from "../../cluster/standins/objects";
import { asksForSidecar, injectSidecar } from "../../cluster/standins/sidecarInjector";
import type { World } from "../../cluster/standins/world";
import { maistra, mesh, namespaces, roll } from "./mesh";
import { Simulation } from "./simulation";

function pod(metadata: object = {}, spec: object = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "details", namespace: "bookinfo", ...metadata },
    spec: { containers: [{ name: "details" }], ...spec },
  };
}

const asking = { annotations: { "sidecar.istio.io/inject": "true" } };

function review(world: World, item: Pod): Verdict {
  const request = { uid: "1", operation: "CREATE", namespace: "bookinfo", object: item, oldObject: null, userInfo: {} };
  return injectSidecar(() => world)(request as AdmissionRequest) as Verdict;
}

function patched(verdict: Verdict): Map<string, unknown> {
  assert.ok("patch" in verdict);
  return new Map(verdict.patch.map(({ path, value }: JsonPatch) => [path, value]));
}

async function runningMesh(): Promise<World> {
  const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo")]);
  await simulation.settle();
  return simulation.world;
}

describe("stand-in of istiod: sidecar injection", () => {
  it("happens when asked for by annotation or label, the label deciding", () => {
    const inject = (value: string): object => ({ "sidecar.istio.io/inject": value });
    assert.equal(asksForSidecar(pod()), false);
    assert.equal(asksForSidecar(pod({ annotations: inject("true") })), true);
    assert.equal(asksForSidecar(pod({ labels: inject("true") })), true);
    assert.equal(asksForSidecar(pod({ labels: inject("false"), annotations: inject("true") })), false);
    assert.equal(asksForSidecar(pod({ labels: inject("true") }, { hostNetwork: true })), false);
  });

  it("adds the proxy and what it mounts, and says so on the pod", async () => {
    const patch = patched(review(await runningMesh(), pod({ ...asking, labels: { app: "details", version: "v1" } })));
    const containers = patch.get("/spec/containers") as { name: string }[];
    assert.deepEqual(
      containers.map(({ name }) => name),
      ["details", "istio-proxy"],
    );
    const annotations = patch.get("/metadata/annotations") as Record<string, string>;
    const status = JSON.parse(annotations["sidecar.istio.io/status"] ?? "") as {
      containers: string[];
      revision: string;
    };
    assert.deepEqual(status.containers, ["istio-proxy"]);
    assert.equal(status.revision, "basic");
    const labels = patch.get("/metadata/labels") as Record<string, string>;
    assert.equal(labels["service.istio.io/canonical-name"], "details");
    assert.equal(labels["security.istio.io/tlsMode"], "istio");
  });

  it("leaves pods alone that do not ask or have the proxy already", async () => {
    const world = await runningMesh();
    assert.deepEqual(patched(review(world, pod())).size, 0);
    const done = pod({ annotations: { ...asking.annotations, "sidecar.istio.io/status": "{}" } });
    assert.deepEqual(patched(review(world, done)).size, 0);
  });

  it("meets the demands of a restricted namespace", async () => {
    const containers = patched(review(await runningMesh(), pod(asking))).get("/spec/containers");
    const [, proxy] = containers as { securityContext?: Record<string, unknown> }[];
    assert.equal(proxy?.securityContext?.runAsNonRoot, true);
    assert.equal(proxy.securityContext.allowPrivilegeEscalation, false);
    assert.deepEqual(proxy.securityContext.capabilities, { drop: ["ALL"] });
    assert.deepEqual(proxy.securityContext.seccompProfile, { type: "RuntimeDefault" });
  });

  it("fails, and with it the pod, while no istiod is available", async () => {
    const simulation = new Simulation(
      [controlPlanes({ url: "", caBundle: "" }), ...maistra.slice(1)],
      [...namespaces, mesh(), roll("bookinfo")],
    );
    simulation.broken = ["istiod-basic"];
    await simulation.settle();
    assert.throws(() => review(simulation.world, pod(asking)), /no endpoints available for istiod of istio-system/);
  });
});
