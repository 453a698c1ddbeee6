import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { providerServiceExists as rule } from "../../policies/rules/tracePath/providerServiceExists";
import { controlPlane, judge, unknown } from "./helper";
import {
  collector,
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

const zipkinTo = (host: unknown): Resource => controlPlane(withProviders(zipkin(host)));

/** The fixes that the rule gives for a provider's host beside some objects. */
async function fixes(host: unknown, ...objects: Resource[]): Promise<readonly (string | undefined)[]> {
  const { violations, notes } = await judge(rule, [zipkinTo(host), ...objects]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => /Set it to (.*)\.$/.exec(message)?.[1]);
}

describe("provider-service-exists", () => {
  it("refuses a service that a TempoStack of that namespace does not make", async () => {
    const plane = zipkinTo("tempo-simple-distributor.tracing-system.svc.cluster.local");
    const { violations } = await judge(rule, [plane, tempoStack()]);
    assert.deepEqual(violations, [
      {
        message:
          "ServiceMeshControlPlane istio-system/istio-system: spec.meshConfig.extensionProviders[0].zipkin.service is " +
          '"tempo-simple-distributor.tracing-system.svc.cluster.local", which the stack does not have, so the control plane ' +
          `does not find it and the provider is off. Set it to ${tempoService}.`,
        urn: plane.urn,
      },
    ]);
  });

  it("refuses a name that the stack has in another namespace only", async () => {
    const elsewhere = "user-collector.tempo.svc.cluster.local";
    const made = collector(receiving({ otlp: { protocols: { grpc: {} } } }), { name: "user", ns: "istio-system" });
    assert.deepEqual(await fixes(elsewhere, made), ["user-collector.istio-system.svc.cluster.local"]);
    const declared = service(ports({ port: 9411 }), { name: "user-collector", ns: "istio-system" });
    assert.deepEqual(await fixes(elsewhere, declared), ["user-collector.istio-system.svc.cluster.local"]);
  });

  it("refuses less than the full name", async () => {
    for (const host of [
      "tempo-simplest-distributor",
      "tempo-simplest-distributor.tracing-system",
      "tempo-simplest-distributor.tracing-system.svc",
      "tracing-system/tempo-simplest-distributor.tracing-system.svc",
    ]) {
      assert.deepEqual(await fixes(host, tempoStack()), [tempoService], host);
    }
    const { violations } = await judge(rule, [zipkinTo("tempo-simplest-distributor"), tempoStack()]);
    assert.match(
      violations[0]?.message ?? "",
      /is "tempo-simplest-distributor", only a part of the full name of Service tempo-simplest-distributor of TempoStack tracing-system\/simplest, so the control plane does not find it and the provider is off\./,
    );
  });

  it("names each service that may be meant, those that take spans before others", async () => {
    const host = "tempo-sampl.tracing-system.svc.cluster.local";
    assert.deepEqual(await fixes(host, tempoMonolithic()), ["tempo-sample.tracing-system.svc.cluster.local"]);
    assert.deepEqual(await fixes(host, tempoStack(), tempoMonolithic()), [
      `${tempoService} or tempo-sample.tracing-system.svc.cluster.local`,
    ]);
    const closed = tempoMonolithic({ ingestion: { otlp: { grpc: { enabled: false }, http: { enabled: false } } } });
    assert.deepEqual(await fixes(host, closed), ["tempo-sample.tracing-system.svc.cluster.local"]);
  });

  it("accepts what the stack makes or declares", async () => {
    const accepted: readonly (readonly [string, Resource])[] = [
      [tempoService, tempoStack()],
      [`tracing-system/${tempoService}`, tempoStack()],
      ["tempo-simplest-gateway.tracing-system.svc.cluster.local", tempoStack(gateway)],
      ["tempo-sample.tracing-system.svc.example.org", tempoMonolithic()],
      ["otel-collector.tracing-system.svc.cluster.local", collector(receiving({ zipkin: {} }))],
      ["otel-collector-headless.tracing-system.svc.cluster.local", collector()],
      ["jaeger-collector.tracing-system.svc.cluster.local", jaeger()],
      ["collector.tracing-system.svc.cluster.local", service(ports({ port: 9411 }))],
      ["collector.tracing-system.svc.cluster.local", service({}, { suffix: "Patch" })],
    ];
    for (const [host, object] of accepted) {
      assert.deepEqual(await fixes(host, object), [], host);
    }
  });

  it("does not take the gateway's service, nor a sidecar's, for made when it is not", async () => {
    assert.deepEqual(await fixes("tempo-simplest-gateway.tracing-system.svc.cluster.local", tempoStack()), [
      tempoService,
    ]);
    const others = collector(receiving({ zipkin: {} }), { name: "central" });
    assert.deepEqual(
      await fixes("otel-collector.tracing-system.svc.cluster.local", collector({ mode: "sidecar" }), others),
      [
        "central-collector.tracing-system.svc.cluster.local or central-collector-headless.tracing-system.svc.cluster.local",
      ],
    );
  });

  it("does not judge what somebody else may have", async () => {
    for (const host of [
      "zipkin.example.com",
      "zipkin",
      "jaeger-collector.observability.svc.cluster.local",
      "tempo-other-distributor.elsewhere.svc.cluster.local",
      "zipkin.tracing-system.svc.cluster.local",
    ]) {
      assert.deepEqual(await fixes(host, tempoStack()), [], host);
    }
    assert.deepEqual(await fixes("otel-collector.tracing-system.svc.cluster.local", tempoStack()), []);
  });

  it("judges each tracing provider of each mesh, and no other kind", async () => {
    const host = "tempo-simple-distributor.tracing-system.svc.cluster.local";
    const others = [
      { name: "als", envoyOtelAls: { service: host, port: 4317 } },
      { name: "prom", prometheus: {} },
    ];
    const mesh = istio([zipkin(), otel(host), ...others, zipkin(host)]);
    const { violations } = await judge(rule, [mesh, tempoStack()]);
    assert.deepEqual(
      violations.map(({ message }) => /spec\S+/.exec(message)?.[0]),
      [
        "spec.values.meshConfig.extensionProviders[1].opentelemetry.service",
        "spec.values.meshConfig.extensionProviders[4].zipkin.service",
      ],
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const subjects: readonly (readonly Resource[])[] = [
      [zipkinTo(unknown), tempoStack()],
      [controlPlane(withProviders(unknown)), tempoStack()],
      [controlPlane(withProviders({ name: "x", zipkin: unknown })), tempoStack()],
      [
        zipkinTo("tempo-simple-distributor.tracing-system.svc.cluster.local"),
        tempoStack(),
        tempoStack({}, { name: unknown }),
      ],
      [
        zipkinTo("tempo-simple-distributor.tracing-system.svc.cluster.local"),
        tempoStack(),
        tempoStack({}, { ns: unknown }),
      ],
    ];
    for (const resources of subjects) {
      const { violations, notes } = await judge(rule, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(
        notes[0] ?? "",
        /^Not decided for ServiceMeshControlPlane istio-system\/istio-system: .* is not known before the update\.$/,
      );
    }
    assert.deepEqual(await fixes(tempoService, tempoStack(), tempoStack({}, { name: unknown })), []);
  });
});
