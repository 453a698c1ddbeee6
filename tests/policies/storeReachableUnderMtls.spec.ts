import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { storeReachableUnderMtls as rule } from "../../policies/rules/tracePath/storeReachableUnderMtls";
import { controlPlane, judge, namespace, resource, roll, unknown } from "./helper";
import {
  collector,
  destinationRule,
  istio,
  otel,
  ports,
  receiving,
  service,
  tempoService,
  tempoStack,
  withProviders,
  zipkin,
} from "./traceObjects";

const mtls = { security: { dataPlane: { mtls: true } } };
const tls = (mode: unknown): object => ({ trafficPolicy: { tls: { mode } } });
const rootRule = (host: unknown, mode: unknown = "ISTIO_MUTUAL"): Resource =>
  destinationRule({ host, ...tls(mode) }, { ns: "istio-system", name: "default" });
const mesh = controlPlane(withProviders(zipkin()));
const strict = controlPlane({ ...withProviders(zipkin()), ...mtls });
const members = roll("tracing-system", "bookinfo");
const otelService = "otel-collector.tracing-system.svc.cluster.local";
const ownService = "collector.tracing-system.svc.cluster.local";

/** The fields that the rule refuses. */
async function refused(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [...resources, members]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => /^(.*?) is /.exec(message)?.[1] ?? message);
}

const maistra = "ServiceMeshControlPlane istio-system/istio-system: spec.security.dataPlane.mtls";
const byRule = "DestinationRule istio-system/default: spec.trafficPolicy.tls.mode";

describe("store-reachable-under-mtls", () => {
  it("refuses mutual TLS for the whole mesh without an exception for Tempo", async () => {
    const { violations } = await judge(rule, [strict, members, tempoStack()]);
    assert.deepEqual(violations, [
      {
        message:
          `${maistra} is true, so a DestinationRule for all services demands mutual TLS, but Service tempo-simplest-distributor ` +
          "of TempoStack tracing-system/simplest has no sidecar to answer it, so no span arrives. " +
          `Add a DestinationRule for ${tempoService} with tls.mode DISABLE in namespace tracing-system, or give it a sidecar.`,
        urn: strict.urn,
      },
    ]);
    const subject = rootRule("*.local");
    assert.deepEqual((await judge(rule, [mesh, members, subject, tempoStack()])).violations, [
      {
        message:
          `${byRule} is "ISTIO_MUTUAL", but Service tempo-simplest-distributor of TempoStack tracing-system/simplest has no ` +
          `sidecar to answer it, so no span arrives. Add a DestinationRule for ${tempoService} with tls.mode DISABLE in ` +
          "namespace tracing-system, or give it a sidecar.",
        urn: subject.urn,
      },
    ]);
  });

  it("refuses rules that mean the store in whatever way, also for its port alone and beside the caller", async () => {
    for (const host of [tempoService, "*.tracing-system.svc.cluster.local", "*", "*.cluster.local"]) {
      assert.deepEqual(await refused(mesh, tempoStack(), rootRule(host)), [byRule], host);
    }
    const short = destinationRule({ host: "tempo-simplest-distributor", ...tls("ISTIO_MUTUAL") });
    assert.equal((await refused(mesh, tempoStack(), short)).length, 1);
    const portLevel = { portLevelSettings: [{ port: { number: 9411 }, tls: { mode: "ISTIO_MUTUAL" } }] };
    assert.deepEqual(
      await refused(mesh, tempoStack(), destinationRule({ host: tempoService, trafficPolicy: portLevel })),
      ["DestinationRule tracing-system/store: spec.trafficPolicy.portLevelSettings[0].tls.mode"],
    );
    const caller = destinationRule({ host: "*.local", ...tls("ISTIO_MUTUAL") }, { ns: "bookinfo" });
    assert.equal((await refused(mesh, tempoStack(), caller)).length, 1);
    assert.equal(
      (await refused(mesh, tempoStack(), caller, destinationRule({ host: tempoService, ...tls("DISABLE") }))).length,
      1,
    );
  });

  it("accepts an exception that Istio takes before the demand", async () => {
    const besideStore = destinationRule({ host: tempoService, ...tls("DISABLE") });
    const short = destinationRule({ host: "tempo-simplest-distributor" });
    const besidePlane = rootRule(tempoService, "DISABLE");
    const wider = rootRule("*.tracing-system.svc.cluster.local", "DISABLE");
    for (const exception of [besideStore, short, besidePlane, wider]) {
      assert.deepEqual(await refused(strict, tempoStack(), exception), []);
      assert.deepEqual(await refused(mesh, tempoStack(), rootRule("*.local"), exception), []);
    }
    const widest = destinationRule({ host: "*.local", ...tls("DISABLE") });
    assert.deepEqual(await refused(mesh, tempoStack(), rootRule(tempoService), widest), []);
  });

  it("refuses an exception that Istio does not take", async () => {
    const elsewhere = destinationRule({ host: tempoService, ...tls("DISABLE") }, { ns: "bookinfo" });
    assert.deepEqual(await refused(strict, tempoStack(), elsewhere), [maistra]);
    assert.deepEqual(await refused(strict, tempoStack(), rootRule("*.local", "DISABLE")), [maistra]);
    const besideStore = [tempoService, "*.local"].map((host, index) =>
      destinationRule({ host, ...tls(index === 0 ? "ISTIO_MUTUAL" : "DISABLE") }, { name: `rule-${index}` }),
    );
    assert.equal((await refused(mesh, tempoStack(), ...besideStore)).length, 1);
    const outside = destinationRule({ host: tempoService, ...tls("DISABLE") }, { ns: "not-in-mesh" });
    assert.deepEqual(await refused(strict, tempoStack(), outside), [maistra]);
  });

  it("accepts what demands nothing of the store", async () => {
    const others = [
      rootRule("*.local", "DISABLE"),
      rootRule("*.local", "SIMPLE"),
      rootRule("other.tracing-system.svc.cluster.local"),
      destinationRule({ host: "distributor", ...tls("ISTIO_MUTUAL") }),
      destinationRule({ host: "*.local", ...tls("ISTIO_MUTUAL") }, { ns: "not-in-mesh" }),
      destinationRule({
        host: tempoService,
        trafficPolicy: { portLevelSettings: [{ port: { number: 4317 }, tls: { mode: "ISTIO_MUTUAL" } }] },
      }),
    ];
    for (const other of others) {
      assert.deepEqual(await refused(mesh, tempoStack(), other), []);
    }
    assert.deepEqual(
      await refused(
        controlPlane({ ...withProviders(zipkin()), security: { dataPlane: { mtls: false } } }),
        tempoStack(),
      ),
      [],
    );
    assert.deepEqual(await refused(strict), [], "the store is not of the stack");
    assert.deepEqual(
      await refused(controlPlane({ ...withProviders(zipkin("zipkin.example.com")), ...mtls }), tempoStack()),
      [],
    );
  });

  it("judges a service once, however many providers send to it", async () => {
    const twice = controlPlane({ ...withProviders(zipkin(), zipkin(tempoService, 9411, "again")), ...mtls });
    assert.deepEqual(await refused(twice, tempoStack()), [maistra]);
    const ports2 = controlPlane({ ...withProviders(zipkin(), otel(`tracing-system/${tempoService}`)), ...mtls });
    assert.deepEqual(await refused(ports2, tempoStack()), [maistra, maistra]);
  });

  it("accepts a collector that asks for a sidecar", async () => {
    const strictOtel = controlPlane({ ...withProviders(otel(otelService)), ...mtls });
    const inject = { "sidecar.istio.io/inject": "true" };
    const config = receiving({ otlp: { protocols: { grpc: {} } } });
    assert.deepEqual(await refused(strictOtel, collector(config)), [maistra]);
    assert.deepEqual(await refused(strictOtel, collector({ ...config, podAnnotations: inject })), []);
    const labelled = resource("opentelemetry.io/v1beta1:OpenTelemetryCollector", {
      metadata: { name: "otel", namespace: "tracing-system", labels: inject },
      spec: { ...config, podAnnotations: { "sidecar.istio.io/inject": "false" } },
    });
    assert.deepEqual(await refused(strictOtel, labelled), []);
  });

  it("asks all that makes a service, in whatever order, as a cluster's objects also have what an operator made", async () => {
    const strictOtel = controlPlane({ ...withProviders(otel(otelService)), ...mtls });
    const made = service(
      { ...ports({ port: 4317 }), selector: { "app.kubernetes.io/name": "otel-collector" } },
      { name: "otel-collector" },
    );
    const config = receiving({ otlp: { protocols: { grpc: {} } } });
    const inject = { "sidecar.istio.io/inject": "true" };
    const maker = collector({ ...config, podAnnotations: inject });
    assert.deepEqual(await refused(strictOtel, made, maker), []);
    assert.deepEqual(await refused(strictOtel, maker, made), []);
    assert.deepEqual(await refused(strictOtel, made, collector(config)), [maistra]);
  });

  it("finds the workloads behind a declared Service", async () => {
    const strictOwn = controlPlane({ ...withProviders(zipkin(ownService)), ...mtls });
    const own = service({ ...ports({ port: 9411 }), selector: { app: "collector", tier: "x" } });
    const pods = (labels: object, ns = "tracing-system"): Resource =>
      resource("apps/v1:Deployment", {
        metadata: { name: "collector", namespace: ns },
        spec: { template: { metadata: { labels, annotations: { "sidecar.istio.io/inject": "true" } } } },
      });
    const labels = { app: "collector", tier: "x", version: "v1" };
    assert.deepEqual(await refused(strictOwn, own, pods(labels)), []);
    assert.deepEqual(await refused(strictOwn, own), [maistra]);
    assert.deepEqual(await refused(strictOwn, own, pods({ app: "collector" })), [maistra]);
    assert.deepEqual(await refused(strictOwn, own, pods(labels, "bookinfo")), [maistra]);
    assert.deepEqual(await refused(strictOwn, service(ports({ port: 9411 })), pods(labels)), [maistra]);
    assert.deepEqual(await refused(strictOwn, own, pods({ ...labels, "sidecar.istio.io/inject": "false" })), [maistra]);
  });

  it("goes by the namespace's labels in an Istio mesh", async () => {
    const sail = [istio([zipkin()]), rootRule("*.local"), tempoStack()];
    const injected = [{ "istio-injection": "enabled" }, { "istio.io/rev": "default" }];
    for (const labels of injected) {
      assert.deepEqual(await refused(...sail, namespace("tracing-system", labels)), []);
    }
    for (const labels of [
      {},
      { "istio-injection": "disabled" },
      { "istio-injection": "disabled", "istio.io/rev": "x" },
    ]) {
      assert.deepEqual(await refused(...sail, namespace("tracing-system", labels)), [byRule]);
    }
    const { notes } = await judge(rule, sail);
    assert.deepEqual(notes, [
      "Not decided for TempoStack tracing-system/simplest: the labels of namespace tracing-system are not known, since the stack does not declare it.",
    ]);
    assert.deepEqual((await judge(rule, [istio([zipkin()]), tempoStack()])).notes, []);
    assert.deepEqual(
      await refused(strict, tempoStack(), namespace("tracing-system", injected[0])),
      [maistra],
      "Maistra goes by pods",
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const subjects = [
      [controlPlane({ ...withProviders(zipkin()), security: unknown }), tempoStack()],
      [mesh, tempoStack(), rootRule(unknown)],
      [mesh, tempoStack(), rootRule("*.local", unknown)],
      [strict, tempoStack(), destinationRule({ host: tempoService, trafficPolicy: unknown })],
      [strict, tempoStack(), destinationRule({ host: tempoService, ...tls("DISABLE") }, { ns: unknown })],
      [controlPlane({ ...withProviders(otel(otelService)), ...mtls }), collector({ podAnnotations: unknown })],
      [controlPlane({ ...withProviders(zipkin(ownService)), ...mtls }), service({ selector: unknown })],
      [
        controlPlane({ ...withProviders(zipkin(ownService)), ...mtls }),
        service({ selector: { app: "x" } }),
        resource("core/v1:Pod", { metadata: { name: "x", namespace: "tracing-system", labels: unknown } }),
      ],
      [
        istio([zipkin()]),
        rootRule("*.local"),
        tempoStack(),
        namespace("tracing-system", { "istio-injection": unknown }),
      ],
      [istio([zipkin()]), rootRule("*.local"), tempoStack(), namespace("tracing-system", { "istio.io/rev": unknown })],
    ];
    for (const provider of [zipkin(unknown), zipkin(tempoService, unknown), unknown]) {
      subjects.push([controlPlane({ ...withProviders(provider), ...mtls }), tempoStack()]);
    }
    subjects.push([controlPlane({ ...withProviders(zipkin()), ...mtls }), tempoStack({}, { name: unknown })]);
    for (const resources of subjects) {
      const { violations, notes } = await judge(rule, [...resources, members]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
  });
});
