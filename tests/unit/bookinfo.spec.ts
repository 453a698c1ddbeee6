import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Bookinfo } from "../../components/bookinfo";
import type { Deployment } from "../helpers/deploy";
import { assertComponent, deploy } from "../helpers/deploy";
import { admittedRoute } from "../helpers/fakeCluster";
import { mesh } from "../helpers/layers";
import { isKnown, makersOf, valueOf } from "../helpers/mocks";

const host = "demo.example.test";
const route = "/apis/route.openshift.io/v1/namespaces/mesh-root/routes/bookinfo-productpage";
const answers = { [route]: admittedRoute(host) };
const deploymentType = "kubernetes:apps/v1:Deployment";

const deployed = (run: Deployment = { answers }) =>
  deploy((readiness) => new Bookinfo("bookinfo", { namespace: pulumi.output("shop"), mesh, readiness }), run);

interface Workload {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken: boolean;
        readonly containers: readonly [
          { readonly image: string; readonly volumeMounts: readonly { mountPath: string }[] },
        ];
      };
    };
  };
}

describe("Bookinfo", () => {
  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:bookinfo:Bookinfo");
  });

  describe("each workload", () => {
    const workloads = async () =>
      (await deployed()).recorder.ofType(deploymentType).map(({ inputs }) => inputs as unknown as Workload);

    it("is one version of one of four services", async () => {
      assert.deepEqual(
        (await workloads()).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
        ["details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3"].map(
          (name) => `shop/${name}`,
        ),
      );
    });

    it("asks for its sidecar by label and by annotation", async () => {
      for (const { spec } of await workloads()) {
        assert.equal(spec.template.metadata.labels["sidecar.istio.io/inject"], "true");
        assert.equal(spec.template.metadata.annotations["sidecar.istio.io/inject"], "true");
      }
    });

    it("says which service and version it is, in the labels that mesh and Kiali go by", async () => {
      for (const { metadata, spec } of await workloads()) {
        const { app, version } = spec.template.metadata.labels;
        assert.equal(`${app}-${version}`, metadata.name);
        assert.deepEqual(spec.selector.matchLabels, { app, version });
        assert.equal(
          spec.template.spec.containers[0].image,
          `quay.io/maistra/examples-bookinfo-${app}-${version}:2.4.0`,
        );
      }
    });

    it("runs as its service's account, without a token", async () => {
      const { recorder } = await deployed();
      const accounts = recorder
        .ofType("kubernetes:core/v1:ServiceAccount")
        .map(({ inputs }) => (inputs.metadata as { name: string }).name);
      assert.deepEqual(
        accounts,
        ["details", "productpage", "ratings", "reviews"].map((name) => `bookinfo-${name}`),
      );
      for (const { spec } of await workloads()) {
        assert.equal(spec.template.spec.serviceAccountName, `bookinfo-${spec.template.metadata.labels.app}`);
        assert.equal(spec.template.spec.automountServiceAccountToken, false);
      }
    });

    it("of reviews has a writable folder for its logs", async () => {
      const reviews = (await workloads()).filter(({ metadata }) => metadata.name.startsWith("reviews"));
      for (const { spec } of reviews) {
        assert.deepEqual(
          spec.template.spec.containers[0].volumeMounts.map(({ mountPath }) => mountPath),
          ["/tmp", "/opt/ibm/wlp/output"],
        );
        assert.partialDeepStrictEqual(spec.template.spec.containers[0], {
          env: [{ name: "LOG_DIR", value: "/tmp/logs" }],
        });
      }
    });

    it("of productpage tells Prometheus where its metrics are", async () => {
      const productpage = (await workloads()).find(({ metadata }) => metadata.name === "productpage-v1");
      assert.partialDeepStrictEqual(productpage!.spec.template.metadata.annotations, {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9080",
        "prometheus.io/path": "/metrics",
      });
    });
  });

  it("has a Service for each service, whose port's name tells the protocol", async () => {
    const { recorder } = await deployed();
    assert.deepEqual(
      recorder.ofType("kubernetes:core/v1:Service").map(({ inputs }) => inputs.spec),
      ["details", "productpage", "ratings", "reviews"].map((app) => ({
        selector: { app },
        ports: [{ name: "http", port: 9080, targetPort: 9080 }],
      })),
    );
  });

  it("has a DestinationRule for each, with its versions", async () => {
    const { recorder } = await deployed();
    const rules = recorder.ofType("kubernetes:networking.istio.io/v1beta1:DestinationRule");
    assert.deepEqual(
      rules.map(({ inputs }) => inputs.spec),
      [
        ["details", ["v1"]],
        ["productpage", ["v1"]],
        ["ratings", ["v1"]],
        ["reviews", ["v1", "v2", "v3"]],
      ].map(([service, versions]) => ({
        host: service,
        subsets: (versions as string[]).map((version) => ({ name: version, labels: { version } })),
      })),
    );
  });

  describe("the way in", () => {
    it("is a TLS Route at the mesh's own gateway, whose host the router chooses", async () => {
      const { recorder } = await deployed();
      const { type, inputs } = recorder.find("bookinfo-route");
      assert.equal(type, "kubernetes:route.openshift.io/v1:Route");
      assert.partialDeepStrictEqual(inputs.metadata, { name: "bookinfo-productpage", namespace: "mesh-root" });
      assert.deepEqual(inputs.spec, {
        to: { kind: "Service", name: "front-door" },
        port: { targetPort: "plain" },
        tls: { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" },
      });
    });

    it("is open for that host alone", async () => {
      const { recorder } = await deployed();
      const gateway = recorder.find("bookinfo-gateway");
      assert.equal(gateway.type, "kubernetes:networking.istio.io/v1beta1:Gateway");
      assert.deepEqual(gateway.inputs.spec, {
        selector: { istio: "front" },
        servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [host] }],
      });
      const routes = recorder.find("bookinfo-routes");
      assert.equal(routes.type, "kubernetes:networking.istio.io/v1beta1:VirtualService");
      assert.partialDeepStrictEqual(routes.inputs.spec, { hosts: [host], gateways: ["bookinfo-gateway"] });
    });

    it("leads to productpage, by the paths that it serves", async () => {
      const { recorder } = await deployed();
      const { http } = recorder.find("bookinfo-routes").inputs.spec as { http: unknown };
      assert.deepEqual(http, [
        {
          match: [
            { uri: { exact: "/productpage" } },
            { uri: { prefix: "/static" } },
            { uri: { exact: "/login" } },
            { uri: { exact: "/logout" } },
            { uri: { prefix: "/api/v1/products" } },
          ],
          route: [{ destination: { host: "productpage", port: { number: 9080 } } }],
        },
      ]);
    });

    it("has a URL outside and one inside of the cluster", async () => {
      const { component } = await deployed();
      assert.equal(await valueOf(component.productpageUrl), `https://${host}/productpage`);
      assert.equal(await valueOf(component.ingress.url), "http://front-door.mesh-root.svc.cluster.local/productpage");
      assert.equal(await valueOf(component.ingress.host), host);
    });

    it("is not told before every workload and the routing are there", async () => {
      const { component, recorder } = await deployed();
      const makers = await makersOf(component.ingress.url);
      for (const { name } of recorder.ofType(deploymentType)) {
        assert.ok(makers.has(name), name);
      }
      assert.ok(makers.has("bookinfo-gateway") && makers.has("bookinfo-routes"));
    });

    it("is waited for, and in the first preview not invented", async () => {
      await assert.rejects(deployed({}), /still waiting for Route bookinfo-productpage in mesh-root to be made/);
      const { component } = await deployed({ preview: true });
      assert.equal(await isKnown(component.productpageUrl), false);
    });
  });
});
