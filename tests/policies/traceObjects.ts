import type { Resource } from "../../policies/kubernetes/match";
import { resource } from "./helper";

/** What the tests of the trace path's rules are made of. */

export const tempoService = "tempo-simplest-distributor.tracing-system.svc.cluster.local";

/** The entry of `extensionProviders` of a Zipkin provider, `tempo` unless named. */
export const zipkin = (service: unknown = tempoService, port: unknown = 9411, name: unknown = "tempo"): object => ({
  name,
  zipkin: { service, port },
});

/** That of an OpenTelemetry provider, `otel` unless named; `more` is what else its settings have. */
export const otel = (service: unknown, port: unknown = 4317, more: object = {}, name: unknown = "otel"): object => ({
  name,
  opentelemetry: { service, port, ...more },
});

/** The spec of a Maistra control plane with these providers. */
export const withProviders = (...extensionProviders: unknown[]): Record<string, unknown> => ({
  version: "v2.5",
  tracing: { type: "None" },
  meshConfig: { extensionProviders },
});

/** An Istio of the Sail operator with these providers and this other mesh configuration. */
export const istio = (extensionProviders: unknown, meshConfig: object = {}, spec: object = {}): Resource =>
  resource("sailoperator.io/v1:Istio", {
    metadata: { name: "default" },
    spec: { namespace: "istio-system", values: { meshConfig: { extensionProviders, ...meshConfig } }, ...spec },
  });

interface Place {
  readonly name?: unknown;
  readonly ns?: unknown;
  /** Suffix of the type token: `Patch`. */
  readonly suffix?: string;
}

const object =
  (token: string, usualName: string) =>
  (spec: unknown = {}, { name = usualName, ns = "tracing-system", suffix = "" }: Place = {}): Resource =>
    resource(`${token}${suffix}`, { metadata: { name, namespace: ns }, spec });

export const tempoStack = object("tempo.grafana.com/v1alpha1:TempoStack", "simplest");
export const tempoMonolithic = object("tempo.grafana.com/v1alpha1:TempoMonolithic", "sample");
export const collector = object("opentelemetry.io/v1beta1:OpenTelemetryCollector", "otel");
export const jaeger = object("jaegertracing.io/v1:Jaeger", "jaeger");
export const service = object("core/v1:Service", "collector");
export const destinationRule = object("networking.istio.io/v1:DestinationRule", "store");

/** The part of a TempoStack's spec that switches its gateway on. */
export const gateway = { template: { gateway: { enabled: true } } };

/** The spec of a collector with these receivers, each in a pipeline unless others are named. */
export const receiving = (receivers: Record<string, unknown>, used: unknown = Object.keys(receivers)): object => ({
  config: { receivers, service: { pipelines: { traces: { receivers: used } } } },
});

/** The spec of a Service with these ports. */
export const ports = (...list: unknown[]): object => ({ ports: list });

/** A Kiali resource with these tracing settings. */
export const kiali = (tracing: unknown, spec: object = {}, place: Place = {}): Resource =>
  object("kiali.io/v1alpha1:Kiali", "kiali")(
    { external_services: { tracing }, ...spec },
    { ns: "istio-system", ...place },
  );

/** The control plane whose addon is the Kiali above; its `addons.kiali` has these settings. */
export const planeWithAddon = (addon: unknown = { enabled: true, name: "kiali" }): Resource =>
  resource("maistra.io/v2:ServiceMeshControlPlane", {
    metadata: { name: "basic", namespace: "istio-system" },
    spec: { version: "v2.5", addons: { kiali: addon } },
  });

/** The URL at which a TempoStack's query-frontend answers at a port. */
export const frontend = (port: number): string =>
  `http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:${port}`;

/** The URL by which a tenant asks Tempo's gateway. */
export const tenantUrl = "https://tempo-simplest-gateway.tracing-system.svc.cluster.local:8080/api/traces/v1/dev/tempo";
