import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { providerTlsAgrees as rule } from "../../policies/rules/tracePath/providerTlsAgrees";
import { controlPlane, judge, roll, unknown } from "./helper";
import {
  collector,
  destinationRule,
  otel,
  ports,
  receiving,
  service,
  tempoMonolithic,
  tempoService,
  tempoStack,
  withProviders,
  zipkin,
} from "./traceObjects";

const members = roll("tracing-system");
const mesh = controlPlane(withProviders(zipkin()));
const withTls = { template: { distributor: { tls: { enabled: true } } } };
const tls = (mode: unknown, host: unknown = tempoService): Resource =>
  destinationRule({ host, trafficPolicy: { tls: { mode } } });
const otelService = "otel-collector.tracing-system.svc.cluster.local";

async function counts(...resources: Resource[]): Promise<readonly [number, number]> {
  const { violations, notes } = await judge(rule, [...resources, members]);
  return [violations.length, notes.length];
}

describe("provider-tls-agrees", () => {
  it("refuses plain text to a receiver with TLS", async () => {
    const { violations } = await judge(rule, [mesh, tempoStack(withTls)]);
    assert.deepEqual(violations, [
      {
        message:
          "ServiceMeshControlPlane istio-system/istio-system: spec.meshConfig.extensionProviders[0].zipkin.port is 9411, where Service " +
          "tempo-simplest-distributor of TempoStack tracing-system/simplest takes TLS only, but proxies send plain text, so no span arrives. " +
          `Add a DestinationRule for ${tempoService} with tls.mode SIMPLE and the CA of its certificate.`,
        urn: mesh.urn,
      },
    ]);
    for (const mode of ["ISTIO_MUTUAL", "DISABLE", undefined]) {
      assert.deepEqual(await counts(mesh, tempoStack(withTls), tls(mode)), [1, 0], mode);
    }
  });

  it("refuses TLS to a receiver without", async () => {
    const subject = tls("SIMPLE");
    const { violations } = await judge(rule, [mesh, members, tempoStack(), subject]);
    assert.deepEqual(violations, [
      {
        message:
          'DestinationRule tracing-system/store: spec.trafficPolicy.tls.mode is "SIMPLE", but port 9411 of Service ' +
          "tempo-simplest-distributor of TempoStack tracing-system/simplest takes no TLS, so no span arrives. " +
          "Remove the mode, or give the receiver a certificate.",
        urn: subject.urn,
      },
    ]);
    assert.deepEqual(await counts(mesh, tempoStack(), tls("MUTUAL")), [1, 0]);
    assert.deepEqual(await counts(mesh, tempoStack(), tls("ISTIO_MUTUAL")), [0, 0], "another rule's");
  });

  it("takes a store and its patch for one, in whichever order the engine has them", async () => {
    const parts = [tempoStack(), tempoStack(withTls, { suffix: "Patch" })];
    for (const store of [parts, parts.toReversed()]) {
      assert.deepEqual(await counts(mesh, ...store), [1, 0]);
      assert.deepEqual(await counts(mesh, ...store, tls("SIMPLE")), [0, 0]);
    }
  });

  it("accepts what agrees", async () => {
    assert.deepEqual(await counts(mesh, tempoStack()), [0, 0]);
    for (const mode of ["SIMPLE", "MUTUAL"]) {
      assert.deepEqual(await counts(mesh, tempoStack(withTls), tls(mode)), [0, 0]);
    }
    const exact = tls("SIMPLE");
    const wider = tls("DISABLE", "*.cluster.local");
    assert.deepEqual(await counts(mesh, tempoStack(withTls), exact, wider), [0, 0], "the closer one holds");
    assert.deepEqual(await counts(mesh, tempoStack(withTls), tls("DISABLE"), tls("SIMPLE", "*.cluster.local")), [1, 0]);
  });

  it("knows the TLS of each receiver of a TempoMonolithic and of a collector", async () => {
    const monolithic = "tempo-sample.tracing-system.svc.cluster.local";
    const toGrpc = controlPlane(withProviders(otel(monolithic)));
    const ingestion = (protocol: string): object => ({
      ingestion: { otlp: { [protocol]: { enabled: true, tls: { enabled: true } } } },
    });
    assert.deepEqual(await counts(toGrpc, tempoMonolithic(ingestion("grpc"))), [1, 0]);
    assert.deepEqual(await counts(toGrpc, tempoMonolithic(ingestion("http"))), [0, 0]);
    const toHttp = controlPlane(withProviders(otel(monolithic, 4318, { http: {} })));
    assert.deepEqual(await counts(toHttp, tempoMonolithic(ingestion("http"))), [1, 0]);
    const toCollector = controlPlane(withProviders(otel(otelService)));
    const grpc = (settings: object): object =>
      receiving({ otlp: { protocols: { grpc: settings, http: { tls: {} } } } });
    assert.deepEqual(await counts(toCollector, collector(grpc({ tls: { cert_file: "/x" } }))), [1, 0]);
    assert.deepEqual(await counts(toCollector, collector(grpc({}))), [0, 0]);
    const listed = { ...grpc({ tls: {} }), ports: [{ port: 4317, name: "grpc" }] };
    assert.deepEqual(await counts(toCollector, collector(listed)), [1, 0]);
  });

  it("knows a service also by its name after that of a namespace", async () => {
    const named = controlPlane(withProviders(zipkin(`tracing-system/${tempoService}`)));
    assert.deepEqual(await counts(named, tempoStack(withTls)), [1, 0]);
    assert.deepEqual(await counts(named, tempoStack(withTls), tls("SIMPLE")), [0, 0]);
    const { violations } = await judge(rule, [named, members, tempoStack(withTls)]);
    assert.match(violations[0]?.message ?? "", new RegExp(`Add a DestinationRule for ${tempoService} with`));
  });

  it("does not judge a provider that names no place, which the API server refuses", async () => {
    for (const settings of [{ service: tempoService }, { port: 9411 }, {}]) {
      const plane = controlPlane(withProviders({ name: "tempo", zipkin: settings }));
      assert.deepEqual(await counts(plane, tempoStack(withTls)), [0, 0]);
    }
    assert.deepEqual(
      await counts(controlPlane(withProviders({ name: "x", zipkin: "x" })), tempoStack(withTls)),
      [0, 0],
    );
  });

  it("does not judge a service of which the stack does not say it", async () => {
    assert.deepEqual(
      await counts(
        controlPlane(withProviders(zipkin("x.y.svc.cluster.local"))),
        tls("SIMPLE", "x.y.svc.cluster.local"),
      ),
      [0, 0],
    );
    const own = controlPlane(withProviders(zipkin("collector.tracing-system.svc.cluster.local")));
    assert.deepEqual(await counts(own, service(ports({ port: 9411 })), tls("SIMPLE", "collector")), [0, 0]);
    assert.deepEqual(
      await counts(mesh, tempoStack({ template: { ...withTls.template, gateway: { enabled: true } } })),
      [0, 0],
    );
    assert.deepEqual(await counts(controlPlane(withProviders(zipkin(tempoService, 1))), tempoStack(withTls)), [0, 0]);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    assert.deepEqual(
      await counts(mesh, tempoStack({ template: { distributor: { tls: { enabled: unknown } } } })),
      [0, 1],
    );
    assert.deepEqual(await counts(mesh, tempoStack(withTls), tls(unknown)), [0, 1]);
    assert.deepEqual(await counts(mesh, tempoStack(), tls("SIMPLE", unknown)), [0, 1]);
    assert.deepEqual(await counts(controlPlane(withProviders(zipkin(unknown))), tempoStack(withTls)), [0, 1]);
    assert.deepEqual(await counts(mesh, tempoStack(withTls, { name: unknown })), [0, 1]);
    assert.deepEqual(await counts(mesh, tempoStack({ template: { gateway: { enabled: unknown } } })), [0, 1]);
  });
});
