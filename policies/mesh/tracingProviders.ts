import { same } from "../pack/decisions";
import { anyOf, isUnknown, type Decision, type Field, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import type { Mesh } from "./mesh";
import type { ProviderUse } from "./providerUses";
import type { SpanProtocol } from "../services/servicePort";

/** The kinds of extension providers that are tracing stores or collectors of one's own. */
const tracingKinds = ["zipkin", "opentelemetry"] as const;

/** An extension provider to which proxies send spans. */
export interface TracingProvider {
  /** The control plane that declares it. */
  readonly object: KubernetesObject;
  readonly name: string | Unknown | undefined;
  readonly kind: (typeof tracingKinds)[number];
  readonly settings: Field;
  readonly sends: SpanProtocol | Unknown;
}

/** The Zipkin and OpenTelemetry providers of a mesh; what a preview does not know reads as unknown in them. */
export function tracingProviders(mesh: Mesh): readonly TracingProvider[] {
  return mesh.providers.flatMap(({ object, entry }) =>
    tracingKinds
      .map((kind) => ({ kind, settings: entry.at(kind) }))
      .filter(({ settings }) => typeof settings.read() === "object")
      .map(({ kind, settings }) => ({
        object,
        name: entry.at("name").string(),
        kind,
        settings,
        sends: kind === "zipkin" ? "Zipkin" : otlp(settings),
      })),
  );
}

/** Whether proxies send their spans to a provider, for one of these reasons. */
export function isUsed({ name }: TracingProvider, uses: readonly ProviderUse[]): Decision {
  return anyOf(uses.map(({ value }) => same(value, name)));
}

/** Where a provider sends its spans, and in which protocol. */
export interface Destination {
  /** Host name of the service, as the provider has it. */
  readonly host: string;
  readonly port: number;
  readonly sends: SpanProtocol;
}

/** Where a provider sends its spans; undefined if it names no place, which the API server refuses. */
export function destinationOf({ settings, sends }: TracingProvider): Destination | Unknown | undefined {
  const host = settings.at("service").string();
  const port = settings.at("port").number();
  if (isUnknown(host) || isUnknown(port) || isUnknown(sends)) {
    return [host, port, sends].find(isUnknown);
  }
  return host === undefined || port === undefined ? undefined : { host, port, sends };
}

/** An OpenTelemetry provider sends by gRPC unless it has settings for HTTP. */
function otlp(settings: Field): SpanProtocol | Unknown {
  const http = settings.at("http").read();
  return isUnknown(http) ? http : http === undefined ? "OTLP over gRPC" : "OTLP over HTTP";
}
