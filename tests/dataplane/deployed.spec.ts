import assert from "node:assert/strict";
import type { Pod } from "../../dataplane/deployed";
import { clusterAddresses } from "../../dataplane/hosts";
import { meshIn } from "../../dataplane/mesh/deployedMesh";
import { realPod, realPods } from "../../dataplane/mesh/pods";

const node = (podCIDR = "10.244.3.1/24") => ({
  kind: "Node",
  metadata: { name: "node", namespace: "" },
  spec: { podCIDR },
});
const mesh = (name = "basic") => ({
  kind: "ServiceMeshControlPlane",
  metadata: { name, namespace: "istio-system" },
  spec: {},
});

/** A pod with its containers by name and image. */
function pod(changes: Partial<Pod["metadata"]>, containers: Record<string, string>, status = {}): Pod {
  return {
    kind: "Pod",
    metadata: { name: "a-pod", namespace: "bookinfo", uid: "1", ...changes },
    spec: {
      serviceAccountName: "default",
      containers: Object.entries(containers).map(([name, image]) => ({ name, image })),
    },
    status: { phase: "Running", podIP: "10.244.3.7", ...status },
  };
}

const reviews = "quay.io/maistra/examples-bookinfo-reviews-v3:2.4.0";
const proxy = "registry.example/proxyv2-rhel8:2.5.1";

describe("what the data plane is made from", () => {
  it("is what runs and has an address", () => {
    const found = meshIn([
      node(),
      mesh(),
      pod({ name: "runs" }, { reviews }),
      pod({ name: "ends", deletionTimestamp: "2026-01-01T00:00:00Z" }, { reviews }),
      pod({ name: "ended" }, { reviews }, { phase: "Succeeded" }),
      pod({ name: "starts" }, { reviews }, { podIP: undefined }),
    ]);
    assert.deepEqual(
      realPods(found).map(({ name }) => name),
      ["bookinfo.runs"],
    );
    assert.equal(found.range.hostAddress, "10.244.3.254");
    assert.equal(found.controlPlane.metadata.name, "basic");
  });

  it("is refused without a mesh, with the way to one, and with two", () => {
    assert.throws(() => meshIn([node()]), /no ServiceMeshControlPlane is deployed: npm run demo/);
    assert.throws(() => meshIn([node(), mesh("a"), mesh("b")]), /istio-system\/a, istio-system\/b/);
  });

  it("is refused on a node of an older control plane", () => {
    assert.throws(() => meshIn([node("10.244.0.0/16"), mesh()]), /10\.244\.0\.0\/16/);
  });
});

describe("a pod of the data plane", () => {
  it("is one of Bookinfo's with the sidecar that was injected", () => {
    const real = realPod(pod({}, { reviews, "istio-proxy": proxy }));
    assert.deepEqual([real?.name, real?.application?.name, real?.proxy], ["bookinfo.a-pod", "reviews", "sidecar"]);
  });

  it("is one of Bookinfo's without a sidecar where none was injected", () => {
    assert.equal(realPod(pod({}, { reviews }))?.proxy, undefined);
  });

  it("is the ingress gateway, which is a proxy alone", () => {
    const gateway = realPod(pod({ labels: { istio: "ingressgateway" } }, { "istio-proxy": proxy }));
    assert.deepEqual([gateway?.application, gateway?.proxy], [undefined, "router"]);
  });

  it("is no other", () => {
    assert.equal(realPod(pod({}, { grafana: "registry.example/grafana:1" })), undefined);
    assert.equal(realPod(pod({ labels: { istio: "egressgateway" } }, { "istio-proxy": proxy })), undefined);
  });
});

describe("the names that a pod knows", () => {
  const service = (name: string, namespace: string, clusterIP: string) => ({
    kind: "Service",
    metadata: { name, namespace },
    spec: { clusterIP },
  });
  const services = [
    service("ratings", "bookinfo", "10.96.0.5"),
    service("istiod-basic", "istio-system", "10.96.0.6"),
    service("headless", "bookinfo", "None"),
  ];

  it("are those of the Services, short in its own namespace", () => {
    const [ratings, istiod, ...rest] = clusterAddresses(services, "bookinfo");
    assert.deepEqual(ratings, {
      address: "10.96.0.5",
      names: ["ratings", "ratings.bookinfo", "ratings.bookinfo.svc", "ratings.bookinfo.svc.cluster.local"],
    });
    assert.equal(istiod?.names[0], "istiod-basic.istio-system");
    assert.deepEqual(rest, []);
  });

  it("lead elsewhere where a Service's process is elsewhere", () => {
    const hosts = clusterAddresses(services, "bookinfo", new Map([["istio-system/istiod-basic", "10.244.3.254"]]));
    assert.equal(hosts[1]?.address, "10.244.3.254");
  });
});
