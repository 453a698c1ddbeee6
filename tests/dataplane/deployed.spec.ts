import assert from "node:assert/strict";
import { fromList, type Pod } from "../../dataplane/deployed";
import { serviceHosts } from "../../dataplane/hosts";
import { realPod } from "../../dataplane/pods";

const node = { kind: "Node" as const, spec: { podCIDR: "10.244.3.1/24" } };
const mesh = (name = "basic") => ({
  kind: "ServiceMeshControlPlane" as const,
  metadata: { name, namespace: "istio-system" },
  spec: {},
});

/** A pod with its containers by name and image. */
function pod(
  changes: Partial<Pod["metadata"]>,
  containers: Record<string, string>,
  status = {},
): Pod & { kind: "Pod" } {
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
    const items = [
      node,
      mesh(),
      pod({ name: "runs" }, {}),
      pod({ name: "ends", deletionTimestamp: "2026-01-01T00:00:00Z" }, {}),
      pod({ name: "ended" }, {}, { phase: "Succeeded" }),
      pod({ name: "starts" }, {}, { podIP: undefined }),
    ];
    const { pods, range, controlPlane } = fromList(items);
    assert.deepEqual(
      pods.map(({ metadata }) => metadata.name),
      ["runs"],
    );
    assert.equal(range.hostAddress, "10.244.3.254");
    assert.equal(controlPlane.metadata.name, "basic");
  });

  it("is refused without a mesh, with the way to one, and with two", () => {
    assert.throws(() => fromList([node]), /no ServiceMeshControlPlane is deployed: npm run demo/);
    assert.throws(() => fromList([node, mesh("a"), mesh("b")]), /istio-system\/a, istio-system\/b/);
  });

  it("is refused on a node of an older control plane", () => {
    const older = { kind: "Node" as const, spec: { podCIDR: "10.244.0.0/16" } };
    assert.throws(() => fromList([older, mesh()]), /10\.244\.0\.0\/16/);
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
  const services = [
    { metadata: { name: "ratings", namespace: "bookinfo" }, spec: { clusterIP: "10.96.0.5" } },
    { metadata: { name: "istiod-basic", namespace: "istio-system" }, spec: { clusterIP: "10.96.0.6" } },
    { metadata: { name: "headless", namespace: "bookinfo" }, spec: { clusterIP: "None" } },
  ];

  it("are those of the Services, short in its own namespace", () => {
    const [ratings, istiod, ...rest] = serviceHosts(services, "bookinfo");
    assert.deepEqual(ratings, {
      address: "10.96.0.5",
      names: ["ratings", "ratings.bookinfo", "ratings.bookinfo.svc", "ratings.bookinfo.svc.cluster.local"],
    });
    assert.equal(istiod?.names[0], "istiod-basic.istio-system");
    assert.deepEqual(rest, []);
  });

  it("lead elsewhere where a Service's process is elsewhere", () => {
    const hosts = serviceHosts(services, "bookinfo", new Map([["istio-system/istiod-basic", "10.244.3.254"]]));
    assert.equal(hosts[1]?.address, "10.244.3.254");
  });
});
