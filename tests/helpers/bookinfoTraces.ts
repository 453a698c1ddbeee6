import { createHash } from "node:crypto";

/** A span as Envoy's Zipkin tracer reports it under Istio: each side of a call has one of its own (no shared ids). */
export interface ReportedSpan {
  id: string;
  parentId?: string;
  service: string;
  operation: string;
  kind: "client" | "server";
  startMicros: number;
  durationMicros: number;
  tags: Record<string, string>;
}

/** One request to productpage. */
export interface BookinfoRequest {
  /** 32 hexadecimal digits; by default made from `seed`. */
  readonly traceId?: string;
  /** Tells the ids of one request from those of another. */
  readonly seed?: number | string;
  /** When the gateway got it, in milliseconds since 1970. */
  readonly startMs?: number;
  /** Which reviews answered; v1 does not call ratings. */
  readonly reviews?: "v1" | "v2" | "v3";
  /** The request carried a trace id and a span id, as the traffic job's do. */
  readonly fromTraffic?: boolean;
  /** Status with which ratings answers; 200 by default. */
  readonly ratingsStatus?: number;
  /** How long ratings takes, in milliseconds; 2 by default. */
  readonly ratingsMs?: number;
}

/** A request's spans, to change and to render in one of Kiali's dialects. */
export interface BookinfoTrace {
  readonly traceId: string;
  readonly spans: ReportedSpan[];
}

/** When requests begin by default, in milliseconds since 1970. */
export const bookinfoStartMs = Date.UTC(2025, 0, 15, 12);

const digits = (text: string, length: number) => createHash("sha256").update(text).digest("hex").slice(0, length);

/**
 * The spans that the proxies of Bookinfo report for one request: gateway, productpage, then details and reviews, and
 * ratings behind reviews v2 and v3. Names, tags and links are as istiod 1.27 and Envoy 1.40 were seen to make
 * them; times are made up.
 */
export function bookinfoTrace({
  seed = 1,
  traceId = digits(`trace ${seed}`, 32),
  startMs = bookinfoStartMs,
  reviews = "v3",
  fromTraffic = false,
  ratingsStatus = 200,
  ratingsMs = 2,
}: BookinfoRequest = {}): BookinfoTrace {
  const spans: ReportedSpan[] = [];
  const micros = startMs * 1000;
  const callsRatings = reviews !== "v1";
  const ratingsMicros = callsRatings ? ratingsMs * 1000 : 0;
  const status = (code: number) => ({ "http.status_code": String(code), ...(code >= 500 && { error: "true" }) });
  const reviewsStatus = status(200);

  /** Adds a span and gives its id, the parent of what the proxy or its application calls next. */
  const report = (
    proxy: Proxy,
    kind: ReportedSpan["kind"],
    to: string,
    parentId: string | undefined,
    beginMicros: number,
    durationMicros: number,
    tags: Record<string, string>,
  ): string => {
    const id = digits(`${traceId} ${spans.length}`, 16);
    spans.push({
      id,
      ...(parentId !== undefined && { parentId }),
      service: `${proxy.app}.${proxy.namespace}`,
      operation: operations[to] ?? `${to}.bookinfo.svc.cluster.local:9080/*`,
      kind,
      startMicros: micros + beginMicros,
      durationMicros,
      tags: { ...proxyTags(proxy, kind, to, traceId), ...tags },
    });
    return id;
  };

  const sender = fromTraffic ? traceId.slice(16) : undefined;
  const ok = status(200);
  const whole = 16_000 + ratingsMicros;
  const entry = report(gateway, "client", "productpage", sender, 0, whole, ok);
  const page = report(workload("productpage", "v1"), "server", "productpage", entry, 400, whole - 800, ok);
  const toDetails = report(workload("productpage", "v1"), "client", "details", page, 1_500, 2_600, ok);
  report(workload("details", "v1"), "server", "details", toDetails, 1_900, 1_700, ok);
  const toReviews = report(
    workload("productpage", "v1"),
    "client",
    "reviews",
    page,
    5_000,
    8_000 + ratingsMicros,
    reviewsStatus,
  );
  const inReviews = report(
    workload("reviews", reviews),
    "server",
    "reviews",
    toReviews,
    5_400,
    7_200 + ratingsMicros,
    reviewsStatus,
  );
  if (callsRatings) {
    const outcome = status(ratingsStatus);
    const toRatings = report(
      workload("reviews", reviews),
      "client",
      "ratings",
      inReviews,
      8_000,
      ratingsMicros + 800,
      outcome,
    );
    report(workload("ratings", "v1"), "server", "ratings", toRatings, 8_400, ratingsMicros, outcome);
  }
  return { traceId, spans };
}

interface Proxy {
  readonly app: string;
  readonly namespace: string;
  readonly version: string;
  readonly type: "sidecar" | "router";
}

const gateway: Proxy = { app: "istio-ingressgateway", namespace: "istio-system", version: "latest", type: "router" };
const workload = (app: string, version: string): Proxy => ({ app, version, namespace: "bookinfo", type: "sidecar" });

/** The decorator of the route: the gateway's VirtualService names the path, a sidecar's default route does not. */
const operations: Readonly<Record<string, string>> = {
  productpage: "productpage.bookinfo.svc.cluster.local:9080/productpage",
};

function proxyTags(proxy: Proxy, kind: string, to: string, traceId: string): Record<string, string> {
  const { app, namespace, version, type } = proxy;
  const pod = type === "router" ? app : `${app}-${version}`;
  const upstream = kind === "client" ? `outbound|9080||${to}.bookinfo.svc.cluster.local` : "inbound|9080||";
  return {
    component: "proxy",
    "span.kind": kind,
    node_id: `${type}~10.244.0.14~${pod}-6f89b6c557-sg2bc.${namespace}~${namespace}.svc.cluster.local`,
    "istio.canonical_service": app,
    "istio.canonical_revision": version,
    "istio.cluster_id": "Kubernetes",
    "istio.mesh_id": "cluster.local",
    "net.host.ip": "10.244.0.14",
    "istio.namespace": namespace,
    upstream_cluster: upstream,
    "upstream_cluster.name": `${upstream};`,
    downstream_cluster: "-",
    "guid:x-request-id": digits(`request ${traceId}`, 32),
    "http.method": "GET",
    "http.protocol": "HTTP/1.1",
    "http.url": `http://${to}:9080/`,
    response_flags: "-",
    request_size: "0",
    response_size: "375",
    user_agent: "-",
    "peer.address": "10.244.0.1",
  };
}

/** One trace of the Jaeger query API, as Kiali hands it on: hexadecimal ids, processes by key. */
export function jaegerTrace({ traceId, spans }: BookinfoTrace) {
  const services = [...new Set(spans.map(({ service }) => service))];
  return {
    traceID: traceId,
    // In the order in which the proxies reported, which is none.
    spans: spans.toReversed().map((span) => ({
      traceID: traceId,
      spanID: span.id,
      flags: 1,
      operationName: span.operation,
      references: span.parentId === undefined ? [] : [{ refType: "CHILD_OF", traceID: traceId, spanID: span.parentId }],
      startTime: span.startMicros,
      duration: span.durationMicros,
      tags: keyValues(span.tags),
      logs: [
        {
          timestamp: span.startMicros + span.durationMicros,
          fields: [{ key: "event", type: "string", value: span.kind === "client" ? "cr" : "ss" }],
        },
      ],
      processID: `p${services.indexOf(span.service) + 1}`,
      warnings: null,
    })),
    processes: Object.fromEntries(
      services.map((serviceName, index) => [`p${index + 1}`, { serviceName, tags: [] as unknown[] }]),
    ),
    warnings: null,
    matched: 0,
  };
}

/** The same trace as Kiali translates it from Tempo's own API: ids in base64, the process within each span. */
export function tempoTrace({ traceId, spans }: BookinfoTrace) {
  const base64 = (id: string) => Buffer.from(id, "hex").toString("base64");
  return {
    traceID: traceId,
    spans: spans.map((span) => ({
      traceID: traceId,
      spanID: base64(span.id),
      operationName: span.operation,
      references:
        span.parentId === undefined ? null : [{ refType: "CHILD_OF", traceID: traceId, spanID: base64(span.parentId) }],
      startTime: span.startMicros,
      duration: span.durationMicros,
      tags: keyValues(span.tags),
      logs: [],
      process: { serviceName: span.service, tags: [] },
      warnings: [],
    })),
    processes: {},
    warnings: [],
    matched: spans.length,
  };
}

/** Zipkin's tags are text; Jaeger's model knows one that is not. */
function keyValues(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([key, value]) =>
    key === "error" ? { key, type: "bool", value: value === "true" } : { key, type: "string", value },
  );
}
