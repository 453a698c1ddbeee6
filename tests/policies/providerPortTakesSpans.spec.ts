import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { providerPortTakesSpans as rule } from "../../policies/rules/tracePath/providerPortTakesSpans";
import { controlPlane, judge, unknown } from "./helper";
import {
  collector,
  destinationRule,
  gateway,
  istio,
  jaeger,
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

const otelService = "otel-collector.tracing-system.svc.cluster.local";
const ownService = "collector.tracing-system.svc.cluster.local";
const both = { otlp: { protocols: { grpc: {}, http: {} } }, zipkin: {} };
const http = { http: { path: "/v1/traces" } };

/** What the rule says about a provider's port after its value. */
async function said(provider: object, ...objects: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [controlPlane(withProviders(provider)), ...objects]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^.*\.port is \d+, /, ""));
}

/** How many notes the rule leaves on a provider that it cannot judge. */
async function notesOn(provider: unknown, ...objects: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [controlPlane(withProviders(provider)), ...objects]);
  assert.deepEqual(violations, []);
  return notes;
}

const http1 = (where: string, way: string): string =>
  `to which Istio speaks HTTP/1.1, since neither the name nor the appProtocol of that port of ${where} says gRPC: ` +
  `each export fails. ${way}, or set h2UpgradePolicy UPGRADE in a DestinationRule for the service.`;

describe("provider-port-takes-spans", () => {
  it("refuses a port that the service does not have", async () => {
    const plane = controlPlane(withProviders(zipkin(tempoService, 9412)));
    const { violations } = await judge(rule, [plane, tempoStack()]);
    assert.deepEqual(violations, [
      {
        message:
          "ServiceMeshControlPlane istio-system/istio-system: spec.meshConfig.extensionProviders[0].zipkin.port is 9412, " +
          "which Service tempo-simplest-distributor of TempoStack tracing-system/simplest does not have " +
          "(it has 3200, 4317, 4318, 9411, 14250, 14268), so no span arrives. Set it to 9411.",
        urn: plane.urn,
      },
    ]);
    assert.deepEqual(await said(zipkin(ownService), service()), [
      "which Service tracing-system/collector does not have (it has none), so no span arrives. Send to a service that takes Zipkin.",
    ]);
  });

  it("refuses Zipkin to a TempoStack with a gateway, which has no receiver for it", async () => {
    assert.deepEqual(await said(zipkin(), tempoStack(gateway)), [
      "which Service tempo-simplest-distributor of TempoStack tracing-system/simplest does not have (it has 3200, 4317, 4318), " +
        "so no span arrives. A TempoStack with a gateway takes OTLP alone, with a tenant and a token: send to a collector in front of it.",
    ]);
  });

  it("refuses OTLP past the gateway, and leaves the gateway's own port to the gateway", async () => {
    const [said4317] = await said(otel(tempoService), tempoStack(gateway));
    assert.match(
      said4317 ?? "",
      /^where Service .* takes no spans of proxies, but the provider sends OTLP over gRPC\. A Te/,
    );
    const throughGateway = otel("tempo-simplest-gateway.tracing-system.svc.cluster.local", 8090);
    assert.deepEqual(await said(throughGateway, tempoStack(gateway)), []);
  });

  it("refuses a port that takes another protocol, and names the one that takes the provider's", async () => {
    const where = "where Service tempo-simplest-distributor of TempoStack tracing-system/simplest takes";
    const cases: readonly (readonly [object, string])[] = [
      [zipkin(tempoService, 4317), `${where} OTLP over gRPC, but the provider sends Zipkin. Set it to 9411.`],
      [zipkin(tempoService, 4318), `${where} OTLP over HTTP, but the provider sends Zipkin. Set it to 9411.`],
      [zipkin(tempoService, 3200), `${where} no spans of proxies, but the provider sends Zipkin. Set it to 9411.`],
      [otel(tempoService, 9411), `${where} Zipkin, but the provider sends OTLP over gRPC. Set it to 4317.`],
      [otel(tempoService, 4318), `${where} OTLP over HTTP, but the provider sends OTLP over gRPC. Set it to 4317.`],
      [
        otel(tempoService, 4317, http),
        `${where} OTLP over gRPC, but the provider sends OTLP over HTTP. Set it to 4318.`,
      ],
    ];
    for (const [provider, expected] of cases) {
      assert.deepEqual(await said(provider, tempoStack()), [expected]);
    }
  });

  it("refuses OTLP over gRPC straight to Tempo, whose port Istio takes for HTTP/1.1", async () => {
    const way = "Send to a collector whose Service has the appProtocol grpc";
    assert.deepEqual(await said(otel(tempoService), tempoStack()), [
      http1("Service tempo-simplest-distributor of TempoStack tracing-system/simplest", way),
    ]);
    const monolithic = otel("tempo-sample.tracing-system.svc.cluster.local");
    assert.deepEqual(await said(monolithic, tempoMonolithic()), [
      http1("Service tempo-sample of TempoMonolithic tracing-system/sample", way),
    ]);
  });

  it("refuses OTLP over gRPC to a declared port that does not say so", async () => {
    const message = http1("Service tracing-system/collector", "Set the port's appProtocol to grpc");
    for (const port of [
      { port: 4317 },
      { port: 4317, name: "otlp-grpc" },
      { port: 4317, name: "http-otlp" },
      { port: 4317, name: "grpc", appProtocol: "http" },
      { port: 4317, appProtocol: "h2c" },
      { port: 4317, name: "grpcotlp" },
    ]) {
      assert.deepEqual(await said(otel(ownService), service(ports(port))), [message], JSON.stringify(port));
    }
    const withRoute = collector({ ...receiving(both), ingress: { type: "route" } });
    assert.equal((await said(otel(otelService), withRoute)).length, 1, "the operator then writes h2c");
    const named = collector({ ...receiving(both), ports: [{ name: "otlp-grpc", port: 4317 }] });
    assert.equal((await said(otel(otelService), named)).length, 1, "the collector's own ports win");
  });

  it("accepts a port that says gRPC or HTTP/2", async () => {
    for (const port of [
      { port: 4317, name: "grpc" },
      { port: 4317, name: "grpc-otlp" },
      { port: 4317, name: "GRPC-otlp" },
      { port: 4317, name: "http2" },
      { port: 4317, name: "otlp", appProtocol: "grpc" },
      { port: 4317, appProtocol: "kubernetes.io/h2c" },
    ]) {
      assert.deepEqual(await said(otel(ownService), service(ports(port))), [], JSON.stringify(port));
    }
  });

  it("accepts a port that a DestinationRule upgrades to HTTP/2", async () => {
    const upgrade = { connectionPool: { http: { h2UpgradePolicy: "UPGRADE" } } };
    const accepted = [
      { host: tempoService, trafficPolicy: upgrade },
      { host: "tempo-simplest-distributor", trafficPolicy: upgrade },
      { host: "*.tracing-system.svc.cluster.local", trafficPolicy: upgrade },
      { host: tempoService, trafficPolicy: { portLevelSettings: [{ port: { number: 4317 }, ...upgrade }] } },
    ];
    const refused = [
      { host: "other.tracing-system.svc.cluster.local", trafficPolicy: upgrade },
      { host: "distributor", trafficPolicy: upgrade },
      { host: "*.istio-system.svc.cluster.local", trafficPolicy: upgrade },
      { host: tempoService, trafficPolicy: { connectionPool: { http: { h2UpgradePolicy: "DEFAULT" } } } },
      { host: tempoService, trafficPolicy: { portLevelSettings: [{ port: { number: 4318 }, ...upgrade }] } },
      { host: tempoService, trafficPolicy: { ...upgrade, portLevelSettings: [{ port: { number: 4317 } }] } },
      { trafficPolicy: upgrade },
    ];
    for (const spec of accepted) {
      assert.deepEqual(await said(otel(tempoService), tempoStack(), destinationRule(spec)), []);
    }
    for (const spec of refused) {
      assert.equal(
        (await said(otel(tempoService), tempoStack(), destinationRule(spec))).length,
        1,
        JSON.stringify(spec),
      );
    }
  });

  it("accepts what matches", async () => {
    const accepted: readonly (readonly [object, Resource])[] = [
      [zipkin(), tempoStack()],
      [otel(tempoService, 4318, http), tempoStack()],
      [otel("tempo-sample.tracing-system.svc.cluster.local", 4318, http), tempoMonolithic()],
      [zipkin(otelService), collector(receiving(both))],
      [otel(otelService), collector(receiving(both))],
      [otel(otelService, 4318, http), collector(receiving(both))],
      [otel(otelService), collector(receiving({ "otlp/mesh": { protocols: { grpc: null } } }))],
      [otel(otelService, 5317), collector(receiving({ otlp: { protocols: { grpc: { endpoint: "0.0.0.0:5317" } } } }))],
      [otel(otelService), collector({ ...receiving(both), ports: [{ name: "x", port: 4317, appProtocol: "grpc" }] })],
      [zipkin(ownService), service(ports({ port: 9411, name: "anything" }))],
    ];
    for (const [provider, object] of accepted) {
      assert.deepEqual(await said(provider, object), [], JSON.stringify([provider, object.props["spec"]]));
    }
  });

  it("knows a collector's ports by the receivers that its pipelines use", async () => {
    const where = "which Service otel-collector of OpenTelemetryCollector tracing-system/otel does not have";
    assert.deepEqual(
      await said(zipkin(otelService), collector(receiving({ otlp: { protocols: { grpc: {}, http: {} } } }))),
      [`${where} (it has 4317, 4318), so no span arrives. Send to a service that takes Zipkin.`],
    );
    assert.deepEqual(await said(zipkin(otelService), collector(receiving(both, ["otlp"]))), [
      `${where} (it has 4317, 4318), so no span arrives. Send to a service that takes Zipkin.`,
    ]);
    const moved = receiving({ zipkin: { endpoint: "0.0.0.0:9412" }, otlp: { protocols: { http: {} } } });
    assert.deepEqual(await said(zipkin(otelService), collector(moved)), [
      `${where} (it has 4318, 9412), so no span arrives. Set it to 9412.`,
    ]);
  });

  it("goes by what a port is usually for where the service is not known", async () => {
    const host = "zipkin.observability.svc.cluster.local";
    const cases: readonly (readonly [object, string])[] = [
      [
        zipkin(host, 4317),
        "the usual port of OTLP over gRPC, but the provider sends Zipkin. Set it to the port that takes Zipkin, usually 9411, or use a provider that sends OTLP over gRPC.",
      ],
      [
        otel(host, 9411),
        "the usual port of Zipkin, but the provider sends OTLP over gRPC. Set it to the port that takes OTLP over gRPC, usually 4317, or use a provider that sends Zipkin.",
      ],
      [
        otel(host, 4317, http),
        "the usual port of OTLP over gRPC, but the provider sends OTLP over HTTP. Set it to the port that takes OTLP over HTTP, usually 4318, or use a provider that sends OTLP over gRPC.",
      ],
    ];
    for (const [provider, expected] of cases) {
      assert.deepEqual(await said(provider), [expected]);
    }
    for (const provider of [
      zipkin(host),
      zipkin(host, 80),
      otel(host),
      otel(host, 4318, http),
      otel("api.example.com", 443),
    ]) {
      assert.deepEqual(await said(provider), []);
    }
  });

  it("knows the rest of a service that the stack patches from neither part alone", async () => {
    const patch = service(ports({ port: 4317, name: "grpc" }), { suffix: "Patch" });
    assert.deepEqual(await said(otel(ownService), service(ports({ port: 80 })), patch), []);
    const [note] = await notesOn(zipkin(ownService), patch);
    assert.match(
      note ?? "",
      /: what Service tracing-system\/collector does not patch is declared outside this stack\.$/,
    );
    const outside = service({ type: "ExternalName", externalName: "zipkin.example.com" });
    assert.match((await notesOn(zipkin(ownService), outside))[0] ?? "", /stands for another host\.$/);
    assert.equal((await notesOn(zipkin("jaeger-collector.tracing-system.svc.cluster.local"), jaeger())).length, 1);
  });

  it("judges Istio's providers like Maistra's", async () => {
    const { violations } = await judge(rule, [istio([zipkin(tempoService, 4317)]), tempoStack()]);
    assert.match(
      violations[0]?.message ?? "",
      /^Istio default: spec\.values\.meshConfig\.extensionProviders\[0\]\.zipkin\.port is 4317/,
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const subjects: readonly (readonly [unknown, Resource])[] = [
      [zipkin(unknown), tempoStack()],
      [zipkin(tempoService, unknown), tempoStack()],
      [unknown, tempoStack()],
      [otel(tempoService, 9411, { http: unknown }), tempoStack()],
      [zipkin(), tempoStack({ template: { gateway: unknown } })],
      [otel(ownService), service(unknown)],
      [otel(ownService), service(ports({ port: unknown }))],
      [otel(ownService), service(ports({ port: 4317, name: unknown }))],
      [otel(ownService), service(ports({ port: 4317, name: "x", appProtocol: unknown }))],
      [zipkin(otelService), collector({ config: unknown })],
      [zipkin(otelService), collector(receiving({ zipkin: { endpoint: unknown } }))],
      [zipkin(otelService), collector(receiving({ zipkin: {} }, unknown))],
      [otel(otelService), collector(receiving({ otlp: { protocols: unknown } }))],
      [otel(otelService), collector({ ...receiving(both), ingress: { type: unknown } })],
      [zipkin("tempo-sample.tracing-system.svc.cluster.local", 1), tempoMonolithic({ multitenancy: unknown })],
    ];
    for (const [provider, object] of subjects) {
      const notes = await notesOn(provider, object);
      assert.equal(notes.length, 1, JSON.stringify(notes));
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
    for (const spec of [
      { host: unknown },
      { host: tempoService, trafficPolicy: unknown },
      { host: tempoService, trafficPolicy: { portLevelSettings: [{ port: { number: unknown } }] } },
    ]) {
      assert.equal((await notesOn(otel(tempoService), tempoStack(), destinationRule(spec))).length, 1);
    }
    assert.equal(
      (await notesOn(otel(tempoService), tempoStack(), destinationRule({ host: "x" }, { ns: unknown }))).length,
      1,
    );
  });
});
