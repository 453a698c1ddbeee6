import assert from "node:assert/strict";
import { isUnknown } from "../../policies/kubernetes/fields";
import { KubernetesObject, type Resource } from "../../policies/kubernetes/match";
import { collectorServices } from "../../policies/services/collectorServices";
import { declaredService } from "../../policies/services/declaredServices";
import { KnownServices } from "../../policies/services/knownServices";
import { serviceOfHost, serviceOfShortName } from "../../policies/services/serviceHost";
import { tempoMonolithicServices, tempoStackServices } from "../../policies/services/tempoServices";
import { guardUnknowns, unknown } from "./helper";
import { collector, gateway, jaeger, ports, receiving, service, tempoMonolithic, tempoStack } from "./traceObjects";

const objectOf = (resource: Resource): KubernetesObject =>
  KubernetesObject.from({ ...resource, props: guardUnknowns(resource.props) })!;

/** The ports of each service by its name; `~` after those that may not be all. */
function listed(services: ReturnType<typeof tempoStackServices>): Record<string, string> {
  return Object.fromEntries(
    services.map(({ name, doubt, ...made }) => [
      name,
      made.ports.map(({ number }) => number).join(" ") + (doubt ? " ~" : ""),
    ]),
  );
}

const ofStack = (spec: object, suffix = "") => listed(tempoStackServices(objectOf(tempoStack(spec, { suffix }))));
const ofMonolithic = (spec: object) => listed(tempoMonolithicServices(objectOf(tempoMonolithic(spec))));

/** What every TempoStack has. */
const internal = {
  "tempo-simplest-ingester": "3200 9095",
  "tempo-simplest-querier": "3200 9095",
  "tempo-simplest-compactor": "3200 9095",
};

describe("services that a stack has", () => {
  it("knows those of a TempoStack", () => {
    assert.deepEqual(ofStack({}), {
      "tempo-simplest-distributor": "3200 4317 4318 9411 14250 14268",
      "tempo-simplest-query-frontend": "3200 9095",
      "tempo-simplest-query-frontend-discovery": "3200 9095 9096",
      ...internal,
    });
    const more = { queryFrontend: { jaegerQuery: { enabled: true } }, metricsGenerator: { enabled: true } };
    assert.deepEqual(ofStack({ template: { ...gateway.template, ...more } }), {
      "tempo-simplest-distributor": "3200 4317 4318",
      "tempo-simplest-gateway": "8080 8081 8090",
      "tempo-simplest-query-frontend": "3200 9095 16685 16686 16687 8443",
      "tempo-simplest-query-frontend-discovery": "3200 9095 16685 16686 16687 8443 9096",
      ...internal,
      "tempo-simplest-metrics-generator": "3200 9095",
    });
  });

  it("doubts what a preview does not know, and what a patch does not say", () => {
    const template = { gateway: { enabled: unknown }, metricsGenerator: { enabled: unknown } };
    assert.deepEqual(ofStack({ template }), {
      "tempo-simplest-distributor": "3200 ~",
      "tempo-simplest-gateway": "8080 8081 8090 ~",
      "tempo-simplest-query-frontend": "3200 9095",
      "tempo-simplest-query-frontend-discovery": "3200 9095 9096",
      ...internal,
      "tempo-simplest-metrics-generator": "3200 9095 ~",
    });
    assert.ok(Object.values(ofStack({}, "Patch")).every((ports) => ports.endsWith(" ~")));
  });

  it("knows those of a TempoMonolithic", () => {
    assert.deepEqual(ofMonolithic({}), { "tempo-sample": "3200 4317 4318" });
    const closed = { ingestion: { otlp: { grpc: { enabled: false }, http: { enabled: false } } } };
    assert.deepEqual(ofMonolithic({ ...closed, jaegerui: { enabled: true } }), {
      "tempo-sample": "3200",
      "tempo-sample-jaegerui": "16685 16686 16687 8443",
    });
    const tenants = { multitenancy: { enabled: true, authentication: [{}] }, jaegerui: { enabled: true } };
    assert.deepEqual(ofMonolithic(tenants), { "tempo-sample-gateway": "3200 8080 8081 4317" });
    assert.deepEqual(ofMonolithic({ ...tenants, ...closed }), { "tempo-sample-gateway": "3200 8080 8081" });
    assert.deepEqual(ofMonolithic({ multitenancy: { enabled: true } }), { "tempo-sample": "3200 4317 4318" });
  });

  it("knows the ports of a Service that the stack declares", () => {
    const ofService = (spec: object) => listed(declaredService(objectOf(service(spec))));
    assert.deepEqual(ofService(ports({ port: 9411 }, { port: 4317 })), { collector: "9411 4317" });
    assert.deepEqual(ofService({}), { collector: "" });
    assert.deepEqual(ofService(ports({ name: "without" }, { port: 80 })), { collector: "80" });
    assert.deepEqual(ofService(ports({ port: unknown }, { port: 80 })), { collector: "80 ~" });
    assert.deepEqual(ofService({ ports: unknown }), { collector: " ~" });
    assert.deepEqual(ofService({ type: "ExternalName", ...ports({ port: 80 }) }), { collector: "80 ~" });
    assert.deepEqual(ofService({ type: unknown, ...ports({ port: 80 }) }), { collector: "80 ~" });
  });

  it("knows the ports of a collector by its list and its receivers", () => {
    const ofCollector = (spec: object) => listed(collectorServices(objectOf(collector(spec))))["otel-collector"];
    const grpc = (settings: unknown) => receiving({ otlp: { protocols: { grpc: settings } } });
    assert.equal(ofCollector(grpc({ endpoint: "[::1]:5317" })), "5317");
    assert.equal(ofCollector(grpc({ endpoint: "${env:MY_POD_IP}:4317" })), "4317");
    assert.equal(ofCollector(grpc({ endpoint: "localhost" })), "4317");
    assert.equal(ofCollector({ ...grpc({}), ...ports({ port: 4317 }, { port: 80 }) }), "4317 80");
    assert.equal(ofCollector({ ...receiving({ otlp: {} }), mode: "sidecar" }), undefined);
    assert.equal(ofCollector(receiving({ otlp: { protocols: unknown }, zipkin: {} })), "9411 ~");
    assert.equal(ofCollector(receiving({ otlp: { protocols: { grpc: { endpoint: unknown } } } })), " ~");
    assert.equal(ofCollector({ config: { receivers: unknown } }), " ~");
    assert.equal(ofCollector({ config: unknown }), " ~");
    assert.equal(
      ofCollector({ config: "receivers: {zipkin: }\nservice: {pipelines: {t: {receivers: [zipkin]}}}" }),
      "9411",
    );
    assert.equal(ofCollector({ config: "*anchor" }), " ~");
  });

  it("finds them by name, and doubts names that a preview does not know", () => {
    const known = new KnownServices([jaeger(), service(), service({}, { ns: "other" })].map(objectOf));
    assert.deepEqual(
      known.named({ name: "collector" }).map(({ namespace }) => namespace),
      ["tracing-system", "other"],
    );
    assert.equal(known.named({ name: "collector", namespace: "other" }).length, 1);
    assert.equal(known.named({ name: "jaeger-query", namespace: "tracing-system" }).length, 1);
    assert.equal(known.named({ name: "jaeger" }).length, 0);
    assert.equal(known.doubt, undefined);
    for (const place of [{ name: unknown }, { ns: unknown }]) {
      assert.ok(isUnknown(new KnownServices([objectOf(service({}, place))]).doubt));
      assert.equal(
        new KnownServices([objectOf(tempoStack({}, place))]).named({ name: "tempo-simplest-querier" }).length,
        0,
      );
    }
  });
});

describe("host names of services", () => {
  it("tells a service from other hosts", () => {
    const service = { name: "tempo", namespace: "tracing" };
    for (const host of ["tempo.tracing.svc.cluster.local", "tempo.tracing.svc", "ns/tempo.tracing.svc.example.org"]) {
      assert.deepEqual(serviceOfHost(host), service, host);
    }
    for (const host of [
      "tempo",
      "tempo.tracing",
      "tempo.example.com",
      "tempo.tracing.svcs.x",
      "a.tempo.tracing.svc",
      ".tracing.svc",
      "",
    ]) {
      assert.equal(serviceOfHost(host), undefined, host);
    }
  });

  it("reads short names", () => {
    for (const host of ["tempo.tracing", "tempo.tracing.svc", "ns/tempo.tracing.svc"]) {
      assert.deepEqual(serviceOfShortName(host), { name: "tempo", namespace: "tracing" }, host);
    }
    assert.deepEqual(serviceOfShortName("tempo"), { name: "tempo" });
    for (const host of ["tempo.tracing.svc.cluster.local", "tempo.tracing.com", ""]) {
      assert.equal(serviceOfShortName(host), undefined, host);
    }
  });
});
