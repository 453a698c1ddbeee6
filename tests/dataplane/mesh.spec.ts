import assert from "node:assert/strict";
import type { Pod } from "../../dataplane/deployed";
import type { ControlPlane } from "../../dataplane/mesh/deployedMesh";
import { defaultSampling, istiodEnvironment, sharedMeshConfig } from "../../dataplane/mesh/meshConfig";
import { podInfo, proxyEnvironment, workloadName } from "../../dataplane/mesh/proxyEnvironment";

const controlPlane = (sampling?: number): ControlPlane => ({
  kind: "ServiceMeshControlPlane",
  metadata: { name: "basic", namespace: "mesh-root" },
  spec: { tracing: { sampling } },
});

describe("istiod's settings beside the mesh's own", () => {
  it("limit its view to the members that the operator has configured", () => {
    assert.deepEqual(sharedMeshConfig(controlPlane()), {
      discoverySelectors: [{ matchLabels: { "maistra.io/member-of": "mesh-root" } }],
      defaultProviders: { metrics: [] },
    });
  });

  for (const [steps, percent] of [
    [10_000, 100],
    [1_000, 10],
    [1, 0.01],
    [0, 0],
    [undefined, 100],
  ] as const) {
    it(`turn the control plane's sampling ${steps ?? "(none)"} into ${percent} %`, () => {
      assert.equal(defaultSampling(controlPlane(steps)), percent);
      assert.equal(istiodEnvironment(controlPlane(steps)).PILOT_TRACE_SAMPLING, String(percent));
    });
  }

  it("make it the istiod of that mesh", () => {
    const { POD_NAMESPACE, REVISION } = istiodEnvironment(controlPlane());
    assert.deepEqual([POD_NAMESPACE, REVISION], ["mesh-root", "basic"]);
  });
});

describe("a proxy's settings", () => {
  const pod: Pod = {
    kind: "Pod",
    metadata: {
      name: "reviews-v1-6c5b8d7f9-x2x9k",
      namespace: "bookinfo",
      uid: "1",
      ownerReferences: [{ kind: "ReplicaSet", name: "reviews-v1-6c5b8d7f9" }],
    },
    spec: {
      serviceAccountName: "bookinfo-reviews",
      containers: [
        { name: "reviews", image: "reviews", ports: [{ name: "http", containerPort: 9080 }] },
        { name: "istio-proxy", image: "proxy", ports: [{ containerPort: 15090 }] },
      ],
    },
    status: { podIP: "10.244.3.7" },
  };

  it("say who it is and where its istiod is", () => {
    const env = proxyEnvironment(pod, controlPlane());
    assert.equal(env.CA_ADDR, "istiod-basic.mesh-root.svc:15012");
    assert.equal((JSON.parse(env.PROXY_CONFIG ?? "") as { discoveryAddress: string }).discoveryAddress, env.CA_ADDR);
    assert.deepEqual(
      [env.INSTANCE_IP, env.SERVICE_ACCOUNT, env.ISTIO_META_WORKLOAD_NAME, env.ISTIO_META_APP_CONTAINERS],
      ["10.244.3.7", "bookinfo-reviews", "reviews-v1", "reviews"],
    );
    assert.deepEqual(JSON.parse(env.ISTIO_META_POD_PORTS ?? ""), [{ name: "http", containerPort: 9080 }]);
  });

  it("name the workload by whatever owns the pod", () => {
    const owned = (...ownerReferences: { kind: string; name: string }[]) =>
      workloadName({ ...pod, metadata: { ...pod.metadata, ownerReferences } });
    assert.equal(owned({ kind: "StatefulSet", name: "ingester" }), "ingester");
    assert.equal(owned(), pod.metadata.name);
  });

  it("give it the labels as the kubelet writes them", () => {
    assert.equal(podInfo({ app: "reviews", note: 'a "b"' }), 'app="reviews"\nnote="a \\"b\\""\n');
    assert.equal(podInfo(), "");
  });
});
