import assert from "node:assert/strict";
import { parse } from "yaml";
import { chainConclusion, checkChain, effectiveSampling } from "../../components/jobs/tracingChain.mjs";
import { ClusterError } from "../../components/kubeconfig";
import type { ChainContext, ChainLink, LinkId } from "../../components/tracingChain";
import type { Answers } from "../helpers/fakeCluster";
import { FakeCluster } from "../helpers/fakeCluster";
import { meshConfig, paths, pod, podsPath, telemetry, tracedCluster } from "../helpers/tracedCluster";

const links: readonly LinkId[] = ["telemetry", "provider", "service", "sampling", "workloads", "tempo", "kiali"];

/** What the chain is checked with: a cluster in order but for the changes, where undefined is a missing object. */
function context(changes: Answers = {}, more: Partial<ChainContext> = {}): ChainContext {
  return {
    cluster: new FakeCluster({ ...tracedCluster(), ...changes }),
    controlPlaneNamespace: "istio-system",
    services: ["productpage.bookinfo", "details.bookinfo", "reviews.bookinfo"],
    gatewaySelector: "istio=ingressgateway",
    parseYaml: (text) => parse(text) as unknown,
    ...more,
  };
}

/** Checks that a link is the first that is broken, and gives it. */
async function breaksAt(id: LinkId, changes: Answers, more: Partial<ChainContext> = {}): Promise<ChainLink> {
  const found = await checkChain(context(changes, more));
  const last = found.at(-1)!;
  assert.deepEqual(
    found.map((link) => [link.id, link.state]),
    links.slice(0, links.indexOf(id) + 1).map((each) => [each, each === id ? "broken" : "ok"]),
    last.found,
  );
  assert.ok(last.wayOut, `${id} names no way out`);
  return last;
}

const rootTelemetry = (tracing: object) => ({
  [paths.rootTelemetry]: { items: [telemetry("mesh-default", "istio-system", tracing)] },
});
const forbidden = (path: string) => new ClusterError(`context x answered 403 to GET ${path}: forbidden`, 403);

describe("the chain from Telemetry to Kiali", () => {
  it("is in order in a cluster as the program makes it", async () => {
    const found = await checkChain(context());
    assert.deepEqual(
      found.map(({ id, state, found: words }) => [id, state, words]),
      [
        ["telemetry", "ok", "Telemetry istio-system/mesh-default of the whole mesh names provider tempo"],
        ["provider", "ok", "key mesh of ConfigMap istio-system/istio-istio-system declares tempo"],
        ["service", "ok", "Service tracing-system/tempo-simplest-distributor, port 9411, is in the mesh"],
        [
          "sampling",
          "ok",
          "istio-ingressgateway.istio-system, the first proxy, traces 100 % of the requests by Telemetry istio-system/mesh-default of the whole mesh",
        ],
        ["workloads", "ok", "all 5 pods of productpage.bookinfo, details.bookinfo, reviews.bookinfo have a sidecar"],
        ["tempo", "ok", "Tempo tracing-system/simplest is ready"],
        [
          "kiali",
          "ok",
          "Kiali istio-system/kiali asks http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:16686",
        ],
      ],
    );
    assert.match(chainConclusion(found), /^Every link from Telemetry to Kiali is in order in the cluster's objects\. /);
  });

  describe("breaks at Telemetry", () => {
    it("where there is none", async () => {
      const { found, wayOut } = await breaksAt("telemetry", { [paths.rootTelemetry]: { items: [] } });
      assert.equal(found, "istio-ingressgateway.istio-system reports nothing: no Telemetry names a provider");
      assert.match(wayOut!, /^create a Telemetry without a selector in istio-system /);
    });

    it("where the one of a namespace switches reporting off", async () => {
      const { found, wayOut } = await breaksAt("telemetry", {
        [paths.bookinfoTelemetry]: { items: [telemetry("quiet", "bookinfo", { disableSpanReporting: true })] },
      });
      assert.equal(
        found,
        "productpage.bookinfo reports nothing: disableSpanReporting in Telemetry bookinfo/quiet of its namespace",
      );
      assert.match(wayOut!, /^set it to false there/);
    });

    it("where the one of a workload does, for one version of it and one side of its calls", async () => {
      const quiet = { match: { mode: "SERVER" }, disableSpanReporting: true };
      const selecting = (version: string) => ({
        [paths.bookinfoTelemetry]: {
          items: [telemetry("quiet", "bookinfo", quiet, { app: "reviews", version })],
        },
      });
      const { found } = await breaksAt("telemetry", selecting("v2"));
      assert.match(found, /^reviews\.bookinfo reports nothing: .* Telemetry bookinfo\/quiet of the workload$/);
      assert.equal((await checkChain(context(selecting("v9")))).length, links.length);
    });

    it("and not where the mesh has a default provider", async () => {
      const withDefault = { ...meshConfig, defaultProviders: { tracing: ["tempo"] } };
      const [first] = await checkChain(
        context({
          [paths.rootTelemetry]: { items: [] },
          [paths.meshConfig]: { data: { mesh: JSON.stringify(withDefault) } },
        }),
      );
      assert.equal(first?.found, "meshConfig.defaultProviders names provider tempo");
    });
  });

  describe("breaks at the provider", () => {
    it("where its name has a typo", async () => {
      const { found, wayOut } = await breaksAt("provider", rootTelemetry({ providers: [{ name: "tmepo" }] }));
      assert.equal(
        found,
        "Telemetry istio-system/mesh-default of the whole mesh names provider tmepo, which the mesh does not declare (key mesh of ConfigMap istio-system/istio-istio-system declares tempo)",
      );
      assert.match(wayOut!, /^mend the name in the Telemetry/);
    });

    it("where istiod's configuration has none, whatever the control plane's resource says", async () => {
      const { found } = await breaksAt("provider", { [paths.meshConfig]: { data: { mesh: "enableTracing: true\n" } } });
      assert.match(found, /declares none\)$/);
    });

    it("and not for another case of its letters, which istiod does not mind", async () => {
      assert.equal((await checkChain(context(rootTelemetry({ providers: [{ name: "Tempo" }] })))).length, links.length);
    });
  });

  describe("breaks at the provider's service", () => {
    const sendingTo = (zipkin: object) => ({
      [paths.meshConfig]: { data: { mesh: JSON.stringify({ extensionProviders: [{ name: "tempo", zipkin }] }) } },
    });

    it("where there is none of that name", async () => {
      const { found } = await breaksAt("service", { [paths.distributor]: undefined });
      assert.match(found, /but there is no Service tempo-simplest-distributor in namespace tracing-system$/);
    });

    it("where it has not the port", async () => {
      const service = "tracing-system/tempo-simplest-distributor.tracing-system.svc.cluster.local";
      const { found } = await breaksAt("service", sendingTo({ service, port: 9410 }));
      assert.match(found, /to port 9410 of Service .*, which has 9411, 4317$/);
    });

    it("where its namespace is no member", async () => {
      const { found, wayOut } = await breaksAt("service", {
        "/api/v1/namespaces/tracing-system": { metadata: { labels: {} } },
      });
      assert.match(found, /is outside the mesh, so istiod does not know it/);
      assert.equal(wayOut, "add tracing-system to the member roll (mesh-tracing:members)");
    });

    it("and is not judged where it is outside the cluster", async () => {
      const found = await checkChain(context(sendingTo({ service: "zipkin.example.com", port: 443 })));
      assert.deepEqual(found.map(({ state }) => state).slice(0, 4), ["ok", "ok", "unknown", "ok"]);
    });
  });

  it("breaks at sampling where the first proxy traces nothing", async () => {
    const none = { providers: [{ name: "tempo" }], randomSamplingPercentage: 0 };
    const { found, wayOut } = await breaksAt("sampling", rootTelemetry(none));
    assert.match(
      found,
      /^istio-ingressgateway\.istio-system, the first proxy, traces 0 % of the requests by Telemetry istio-system\/mesh-default of the whole mesh: only one that carries x-b3-sampled: 1 leaves a trace$/,
    );
    assert.match(wayOut!, /mesh-tracing:sampling/);
  });

  it("does not break at sampling where a sidecar behind the gateway has zero, since the gateway decides", async () => {
    const found = await checkChain(
      context({
        [paths.bookinfoTelemetry]: { items: [telemetry("own", "bookinfo", { randomSamplingPercentage: 0 })] },
      }),
    );
    assert.equal(found.length, links.length);
  });

  describe("breaks at the workloads", () => {
    it("where a pod has no sidecar", async () => {
      const { found, wayOut } = await breaksAt("workloads", {
        [podsPath("bookinfo", "app=details")]: { items: [pod("details-v1-9", { app: "details" }, ["details"])] },
      });
      assert.equal(found, "pod bookinfo/details-v1-9 has no sidecar (no container istio-proxy)");
      assert.match(wayOut!, /sidecar\.istio\.io\/inject/);
    });

    it("where no pod has the label that names its spans", async () => {
      const { found } = await breaksAt("workloads", { [podsPath("bookinfo", "app=reviews")]: { items: [] } });
      assert.match(found, /^no pod in namespace bookinfo has the label app=reviews/);
    });

    it("where the namespace is no member", async () => {
      const { found } = await breaksAt("workloads", { "/api/v1/namespaces/bookinfo": { metadata: {} } });
      assert.match(found, /^namespace bookinfo of productpage\.bookinfo is not in the mesh/);
    });

    it("and not for a native sidecar, nor for pods that are over", async () => {
      const native = {
        metadata: { name: "n", labels: { app: "details" } },
        spec: { initContainers: [{ name: "istio-proxy" }] },
      };
      const over = { metadata: { name: "o", labels: { app: "details" } }, spec: {}, status: { phase: "Succeeded" } };
      const found = await checkChain(context({ [podsPath("bookinfo", "app=details")]: { items: [native, over] } }));
      assert.equal(found.length, links.length);
    });
  });

  describe("breaks at Tempo", () => {
    it("where it is not ready, with its operator's words", async () => {
      const condition = {
        type: "Failed",
        status: "True",
        reason: "FailedComponents",
        message: "Some components failed",
      };
      const { found } = await breaksAt("tempo", { [paths.tempoStack]: { status: { conditions: [condition] } } });
      assert.equal(found, "Tempo tracing-system/simplest is not ready (FailedComponents: Some components failed)");
    });

    it("where it is gone and its Service is left", async () => {
      await breaksAt("tempo", { [paths.tempoStack]: undefined });
    });
  });

  describe("breaks at Kiali's settings", () => {
    const asking = (tracing: object) => ({
      [paths.kialis]: { items: [{ metadata: { name: "kiali" }, spec: { external_services: { tracing } } }] },
    });
    const query = "http://tempo-simplest-query-frontend.tracing-system.svc:16686";

    for (const [what, tracing, words] of [
      ["tracing is off", { enabled: false, in_cluster_url: query }, /enabled false/],
      ["no address is set", { enabled: true }, /address not set$/],
      ["the address is a placeholder", { in_cluster_url: "[Tempo query frontend url]" }, /address \[Tempo/],
      [
        "nobody is there",
        { in_cluster_url: "http://jaeger-query.istio-system.svc:16686" },
        /no Service jaeger-query in namespace istio-system$/,
      ],
      [
        "the port is another",
        { internal_url: "http://tempo-simplest-query-frontend.tracing-system:80" },
        /which has 16686, 3200$/,
      ],
      [
        "it would speak gRPC to HTTP",
        { in_cluster_url: query },
        /speaks gRPC to port 16686, where Jaeger speaks HTTP$/,
      ],
    ] as const) {
      it(`where ${what}`, async () => {
        assert.match((await breaksAt("kiali", asking(tracing))).found, words);
      });
    }

    it("where Kiali itself says that they are off", async () => {
      const told = { kialiTracing: () => Promise.resolve({ enabled: false }) };
      assert.match((await breaksAt("kiali", {}, told)).wayOut!, /restart Kiali$/);
    });

    it("where its operator failed", async () => {
      const conditions = [{ type: "Failure", status: "True", reason: "Failed", message: "task x" }];
      const items = [{ metadata: { name: "kiali" }, status: { conditions } }];
      assert.match((await breaksAt("kiali", { [paths.kialis]: { items } })).found, /\(Failed: task x\)$/);
    });

    it("and not with Tempo as provider, at its own port", async () => {
      const address = "http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:3200";
      const found = await checkChain(context(asking({ provider: "tempo", internal_url: address })));
      assert.equal(found.at(-1)?.state, "ok");
    });
  });

  describe("for an account that may read little, as the job's", () => {
    const unreadable = Object.fromEntries(
      [paths.controlPlanes, paths.tempoStack, paths.kialis].map((path) => [path, forbidden(path)]),
    );
    const ofJob = { parseYaml: undefined };

    it("says what it could not read, and goes on", async () => {
      const found = await checkChain(context(unreadable, ofJob));
      assert.deepEqual(
        found.map(({ id, state }) => [id, state]),
        links.map((id) => [id, ["telemetry", "sampling", "workloads"].includes(id) ? "ok" : "unknown"]),
      );
      assert.match(found[1]!.found, /^it could not be read: .* 403 to GET .*servicemeshcontrolplanes/);
      assert.match(
        chainConclusion(found),
        /^No link is seen to be broken in the cluster's objects, but not known: extension provider, the provider's service, Tempo, Kiali's tracing settings \(it could not be read: .* 403 to GET .*\)\. Look next/,
      );
    });

    it("still finds what it can read to be broken", async () => {
      const found = await checkChain(context({ ...unreadable, [paths.rootTelemetry]: { items: [] } }, ofJob));
      assert.deepEqual(
        found.map(({ state }) => state),
        ["broken"],
      );
      assert.match(
        chainConclusion(found),
        /^The first broken link is Telemetry: .* reports nothing: no Telemetry names a provider\. Way out: create a Telemetry/,
      );
    });

    it("does not guess the sampling that the mesh's configuration decides", async () => {
      const found = await checkChain(
        context({ ...unreadable, ...rootTelemetry({ providers: [{ name: "tempo" }] }) }, ofJob),
      );
      assert.equal(found.find(({ id }) => id === "sampling")?.state, "unknown");
    });
  });

  it("is read without Maistra too, from istiod's own ConfigMap, with every namespace in the mesh", async () => {
    const found = await checkChain(
      context({
        [paths.controlPlanes]: undefined,
        [paths.meshConfig]: undefined,
        [paths.plainMeshConfig]: { data: { mesh: JSON.stringify(meshConfig) } },
        "/api/v1/namespaces/istio-system": { metadata: { name: "istio-system" } },
        "/api/v1/namespaces/tracing-system": { metadata: { name: "tracing-system" } },
        "/api/v1/namespaces/bookinfo": { metadata: { name: "bookinfo" } },
      }),
    );
    assert.deepEqual(new Set(found.map(({ state }) => state)), new Set(["ok"]), JSON.stringify(found));
    assert.equal(found[1]?.found, "key mesh of ConfigMap istio-system/istio declares tempo");
  });

  it("names each hop of a request with its versions, sidecars and sampling", async () => {
    const hops = await effectiveSampling(context());
    assert.deepEqual(
      hops.map(({ service, version, isGateway, pods, injected }) => [service, version, isGateway, pods, injected]),
      [
        ["istio-ingressgateway.istio-system", "", true, 1, 1],
        ["productpage.bookinfo", "v1", false, 1, 1],
        ["details.bookinfo", "v1", false, 1, 1],
        ["reviews.bookinfo", "v1", false, 1, 1],
        ["reviews.bookinfo", "v2", false, 1, 1],
        ["reviews.bookinfo", "v3", false, 1, 1],
      ],
    );
    assert.ok(hops.every(({ client, server }) => client.percentage === 100 && server.off === undefined));
  });
});
