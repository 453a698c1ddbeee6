import { clusterService } from "../components/jobs/names.mjs";
import { rootsOf } from "../components/jobs/traces.mjs";
import type { Span, Trace } from "../components/traces";
import { entrySpans, summary } from "./latency";

/** Who calls whom, as the spans tell. */
export interface ServiceGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A service. */
export interface GraphNode {
  /** `<app>.<namespace>`. */
  readonly service: string;
  /** How often it was asked. */
  readonly count: number;
  /** How often it failed. */
  readonly errors: number;
  /** Requests from outside the mesh begin here. */
  readonly isEntry: boolean;
  /** It was called but reported no span: it has no sidecar, or its spans were lost. */
  readonly isSilent: boolean;
}

/** Calls from one service to another. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** How many calls. */
  readonly count: number;
  /** How many of them failed. */
  readonly errors: number;
  /** 95 % of the calls took no longer, as the caller saw it, in microseconds. */
  readonly p95: number;
}

/** The service graph of some traces. Services are in the order in which they first appear, those without spans last. */
export function serviceGraph(traces: readonly Trace[]): ServiceGraph {
  const asked = new Map<string, Span[]>();
  const calls = new Map<string, { from: string; to: string; spans: Span[] }>();
  const entries = new Set<string>();
  const reporting = new Set(traces.flatMap(({ spans }) => spans.map(({ service }) => service)));
  const call = (from: string, to: string, span: Span) => {
    const key = JSON.stringify([from, to]);
    const known = calls.get(key) ?? { from, to, spans: [] };
    known.spans.push(span);
    calls.set(key, known);
  };
  for (const trace of traces) {
    const spans = new Map(trace.spans.map((span) => [span.id, span]));
    rootsOf(trace).forEach(({ service }) => entries.add(service));
    for (const span of entrySpans(trace)) {
      asked.set(span.service, [...(asked.get(span.service) ?? []), span]);
      const caller = span.parentId === undefined ? undefined : spans.get(span.parentId);
      if (caller !== undefined) {
        // As the caller saw it, with the way there and back.
        call(caller.service, span.service, caller.kind === "client" ? caller : span);
      }
    }
    unanswered(trace).forEach(({ to, span }) => call(span.service, to, span));
  }
  const edges = [...calls.values()].map(({ from, to, spans }) => ({
    from,
    to,
    ...counts(spans),
    p95: summary(spans).p95,
  }));
  const silent = [...new Set(edges.map(({ to }) => to))].filter((service) => !reporting.has(service));
  return {
    nodes: [
      ...[...reporting].map((service) => ({
        service,
        ...counts(asked.get(service) ?? []),
        isEntry: entries.has(service),
        isSilent: false,
      })),
      ...silent.map((service) => ({ service, count: 0, errors: 0, isEntry: false, isSilent: true })),
    ],
    edges,
  };
}

function counts(spans: readonly Span[]): { count: number; errors: number } {
  return { count: spans.length, errors: spans.filter(({ failed }) => failed).length };
}

/**
 * Calls that caused no span elsewhere, by the upstream that the client's proxy noted: they failed on the way, or the
 * called service does not report.
 */
function unanswered({ spans }: Trace): { to: string; span: Span }[] {
  const causing = new Set(spans.map(({ parentId }) => parentId));
  return spans.flatMap((span) => {
    const host = /^outbound\|\d+\|[^|]*\|(.+)$/.exec(span.tags.upstream_cluster ?? "")?.[1];
    const target = host === undefined ? undefined : clusterService(host);
    const to = target === undefined ? host : `${target.name}.${target.namespace}`;
    return to === undefined || causing.has(span.id) ? [] : [{ to, span }];
  });
}
