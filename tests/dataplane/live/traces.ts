import assert from "node:assert/strict";
import { shortPath } from "../../../dataplane/gateway";
import { prove } from "../../../dataplane/proof";
import { dataPlaneStatus } from "../../../dataplane/status";
import { until, type LiveDataPlane } from "./dataPlane";
import { LiveMesh, request, type Span } from "./mesh";

/** Nothing between the request and Tempo is a test's own: what it sees was sent by Envoy, because of the deployed objects. */
export const describeTraces = (live: LiveDataPlane) =>
  describe("traces of the deployed mesh", () => {
    const mesh = new LiveMesh(live);

    it("satisfy the deployed traffic and verification jobs, run for real", async () => {
      const proofs = await prove(live.name);
      assert.deepEqual(
        proofs.map(({ name, code }) => [name, code]),
        [
          ["traffic", 0],
          ["verification", 0],
        ],
        proofs.map(({ output }) => output).join("\n"),
      );
    });

    it("are one for each request at 100 %", async () => {
      const ids = await mesh.requests(40, shortPath);
      assert.deepEqual(await mesh.found(ids), ids);
    });

    it("have a span of each hop, each the child of the one before, with its version", async () => {
      const [id = ""] = await mesh.requests(1, "/productpage");
      let spans: Span[] = [];
      const of = (service: string, kind: string, target = "") =>
        spans.filter(
          (span) =>
            span.service === service && span.kind === kind && (span.tags.upstream_cluster ?? "").includes(target),
        );
      const gatewayService = "istio-ingressgateway.istio-system";
      // Each proxy sends what it has by its own clock.
      await until(`the trace ${id} has a span of each hop`, async () => {
        spans = await mesh.trace(id);
        const [details, reviews] = [of("details.bookinfo", "SERVER"), of("reviews.bookinfo", "SERVER")];
        const page = [of("productpage.bookinfo", "SERVER"), of("productpage.bookinfo", "CLIENT", "reviews")];
        return [of(gatewayService, "CLIENT"), details, reviews, ...page].every(({ length }) => length > 0);
      });
      const only = (...which: Parameters<typeof of>) => {
        const found = of(...which);
        assert.equal(found.length, 1, `${found.length} spans of ${which.join(" ")}`);
        return found[0]!;
      };
      const gateway = only(gatewayService, "CLIENT");
      const page = only("productpage.bookinfo", "SERVER");
      assert.equal(page.parent, gateway.id);
      for (const name of ["details", "reviews"]) {
        const asked = only("productpage.bookinfo", "CLIENT", `${name}.bookinfo`);
        assert.equal(asked.parent, page.id);
        const answered = only(`${name}.bookinfo`, "SERVER");
        assert.equal(answered.parent, asked.id);
        assert.match(answered.tags["istio.canonical_revision"] ?? "", /^v[123]$/);
        assert.equal(answered.tags["istio.canonical_service"], name);
      }
    });

    it("go over mutual TLS: a service that wants it refuses anybody else", async () => {
      const details = await live.pod("bookinfo", "app=details");
      const direct = () => request(`${details.status?.podIP}:9080`, "/details/0");
      assert.equal(await direct(), 200);
      const strict = {
        apiVersion: "security.istio.io/v1beta1",
        kind: "PeerAuthentication",
        metadata: { name: "strict", namespace: "bookinfo" },
        spec: { mtls: { mode: "STRICT" } },
      };
      try {
        await live.cluster.apply(strict);
        await until("details refuses plain text", () =>
          direct().then(
            () => false,
            () => true,
          ),
        );
        assert.equal((await mesh.found(await mesh.requests(1, shortPath))).length, 1);
      } finally {
        await live.cluster.kubectl("delete", "peerauthentication", "strict", "-n", "bookinfo");
        await until("details takes plain text again", () =>
          direct().then(
            (status) => status === 200,
            () => false,
          ),
        );
      }
    });

    it("are none from a namespace outside of the mesh", async () => {
      const namespace = "outside";
      const labels = { app: "details", version: "v1" };
      const image = "quay.io/maistra/examples-bookinfo-details-v1:2.4.0";
      const containers = [{ name: "details", image, ports: [{ containerPort: 9080 }] }];
      const template = { metadata: { labels: { ...labels, "sidecar.istio.io/inject": "true" } }, spec: { containers } };
      try {
        await live.cluster.apply(
          { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
          {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "details-v1", namespace },
            spec: { replicas: 1, selector: { matchLabels: labels }, template },
          },
        );
        await live.cluster.kubectl("rollout", "status", "deployment/details-v1", "-n", namespace, "--timeout=60s");
        await live.converge();
        const { metadata, status } = await live.pod(namespace, "app=details");
        const processes = await dataPlaneStatus(live.cluster.folder);
        const own = processes
          .map(({ name }) => name)
          .filter((name) => name.startsWith(`${namespace}.${metadata.name}`));
        assert.deepEqual(own, [`${namespace}.${metadata.name}.details`], "it has another process than its own");
        const traceId = "0123456789abcdef0123456789abcdef";
        const headers = { "x-b3-traceid": traceId, "x-b3-spanid": traceId.slice(16), "x-b3-sampled": "1" };
        assert.equal(await request(`${status?.podIP}:9080`, "/details/0", headers), 200);
        assert.deepEqual(await mesh.found([traceId]), []);
      } finally {
        await live.cluster.kubectl("delete", "deployment", "details-v1", "-n", namespace, "--cascade=foreground");
        await live.converge();
      }
      const left = (await dataPlaneStatus(live.cluster.folder)).filter(({ name }) => name.startsWith(`${namespace}.`));
      assert.deepEqual(left, [], "what is no longer deployed runs on");
    });

    it("show where a canary went", async () => {
      const canary = {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "VirtualService",
        metadata: { name: "reviews-canary", namespace: "bookinfo" },
        spec: { hosts: ["reviews"], http: [{ route: [{ destination: { host: "reviews", subset: "v3" } }] }] },
      };
      const page = await live.pod("bookinfo", "app=productpage");
      try {
        await live.cluster.apply(canary);
        await mesh.proxyHas(page, "sends reviews to v3", (config) =>
          config.includes("outbound|9080|v3|reviews.bookinfo"),
        );
        for (const id of await mesh.requests(6, "/productpage")) {
          await until(`the trace ${id} reaches ratings`, async () => {
            const spans = await mesh.trace(id);
            const versions = spans
              .filter(({ service, kind }) => service === "reviews.bookinfo" && kind === "SERVER")
              .map(({ tags }) => tags["istio.canonical_revision"]);
            assert.ok(
              versions.every((version) => version === "v3"),
              versions.join(),
            );
            return versions.length > 0 && spans.some(({ service }) => service === "ratings.bookinfo");
          });
        }
      } finally {
        await live.cluster.kubectl("delete", "virtualservice", "reviews-canary", "-n", "bookinfo");
      }
    });

    it("show an injected fault, by status and flag", async () => {
      const fault = {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "VirtualService",
        metadata: { name: "details-fault", namespace: "bookinfo" },
        spec: {
          hosts: ["details"],
          http: [
            {
              fault: { abort: { percentage: { value: 100 }, httpStatus: 418 } },
              route: [{ destination: { host: "details" } }],
            },
          ],
        },
      };
      const page = await live.pod("bookinfo", "app=productpage");
      try {
        await live.cluster.apply(fault);
        await mesh.proxyHas(page, "aborts requests to details", (config) => config.includes('"http_status":418'));
        const [id = ""] = await mesh.requests(1, "/productpage");
        let failed: Span | undefined;
        await until(`the trace ${id} has the call of details`, async () => {
          failed = (await mesh.trace(id)).find(
            ({ service, kind, tags }) =>
              service === "productpage.bookinfo" && kind === "CLIENT" && tags["http.url"]?.includes("/details/"),
          );
          return failed !== undefined;
        });
        assert.equal(failed?.tags["http.status_code"], "418");
        assert.equal(failed?.tags.response_flags, "FI");
      } finally {
        await live.cluster.kubectl("delete", "virtualservice", "details-fault", "-n", "bookinfo");
      }
    });
  });
