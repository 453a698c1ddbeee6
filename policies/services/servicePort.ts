import { isUnknown, type Decision, type Unknown } from "../kubernetes/fields";

/** What sends or takes spans: Zipkin's API, OTLP over gRPC, or OTLP over HTTP. */
export type SpanProtocol = "Zipkin" | "OTLP over gRPC" | "OTLP over HTTP";

/** What a port takes; "something else" covers all that proxies do not send their spans in. */
export type Intake = SpanProtocol | "something else";

/** A port of a service. */
export interface ServicePort {
  readonly number: number;
  /** What it takes; undefined where nothing in the stack says. */
  readonly takes?: Intake | undefined;
  /** Whether Istio's proxies speak HTTP/2 to it, which gRPC needs. */
  readonly isHttp2: Decision;
  /** Whether it takes TLS of its own, without a sidecar's help; undefined where nothing in the stack says. */
  readonly isTls?: Decision;
}

/** What usually listens on a port. */
export const usualPorts: ReadonlyMap<number, SpanProtocol> = new Map([
  [9411, "Zipkin"],
  [4317, "OTLP over gRPC"],
  [4318, "OTLP over HTTP"],
]);

/** Where something that takes a protocol usually listens. */
export function usualPort(protocol: SpanProtocol): number | undefined {
  return [...usualPorts].find(([, takes]) => takes === protocol)?.[0];
}

/** Protocols by which Istio tells that a port takes HTTP/2; a suffix may follow after a hyphen. */
const http2Protocols: ReadonlySet<string> = new Set(["grpc", "http2", "kubernetes.io/h2c"]);

/**
 * Whether Istio speaks HTTP/2 to a port with this name and appProtocol, of which the latter wins. To a port whose
 * protocol it does not know it speaks what the caller speaks, and for a proxy's own spans that is HTTP/1.1.
 * Source: istio.io, "Protocol Selection".
 */
export function isHttp2(name: string | Unknown | undefined, appProtocol: string | Unknown | undefined): Decision {
  const protocol = appProtocol ?? name ?? "";
  if (isUnknown(protocol)) {
    return protocol;
  }
  const lower = protocol.toLowerCase();
  return http2Protocols.has(lower) || http2Protocols.has(lower.split("-", 1)[0] ?? "");
}
