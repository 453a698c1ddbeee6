import { rootsOf } from "../components/jobs/traces.mjs";
import type { Span, Trace } from "../components/traces";

/** How long a service took for what it was asked. */
export interface ServiceLatency {
  /** `<app>.<namespace>`. */
  readonly service: string;
  /** How often it was asked. */
  readonly count: number;
  /** How often it failed. */
  readonly errors: number;
  /** Half of the answers took no longer, in microseconds. */
  readonly p50: number;
  /** 95 % of them. */
  readonly p95: number;
  /** 99 % of them. */
  readonly p99: number;
}

/**
 * The spans with which a service was asked for something: caused by another service, or by nobody in the mesh. Where the
 * cause was lost, only a server's span tells that it is one.
 */
export function entrySpans(trace: Trace): Span[] {
  const services = new Map(trace.spans.map(({ id, service }) => [id, service]));
  const roots = new Set(rootsOf(trace));
  return trace.spans.filter((span) => {
    const caller = span.parentId === undefined ? undefined : services.get(span.parentId);
    return caller === undefined ? roots.has(span) || span.kind === "server" : caller !== span.service;
  });
}

/** The latency of each service over all traces, the slowest first. */
export function latencies(traces: readonly Trace[]): ServiceLatency[] {
  const byService = new Map<string, Span[]>();
  for (const span of traces.flatMap(entrySpans)) {
    byService.set(span.service, [...(byService.get(span.service) ?? []), span]);
  }
  return [...byService]
    .map(([service, spans]) => ({ service, errors: spans.filter(({ failed }) => failed).length, ...summary(spans) }))
    .sort((one, other) => other.p95 - one.p95 || (one.service < other.service ? -1 : 1));
}

/** Count and percentiles of some spans. */
export function summary(spans: readonly Span[]): Pick<ServiceLatency, "count" | "p50" | "p95" | "p99"> {
  const sorted = spans.map(({ durationMicros }) => durationMicros).sort((one, other) => one - other);
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(sorted, percent));
  return { count: spans.length, p50: p50!, p95: p95!, p99: p99! };
}

/**
 * The smallest value that a share of all values does not exceed (nearest rank), so it is always one that was measured.
 *
 * @param sorted ascending, not empty
 * @param percent above 0, up to 100
 */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
}
