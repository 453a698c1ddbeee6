/**
 * The shapes that the verification's scripts in `jobs/` work on. They are types alone, so that the scripts, which a Job
 * runs on plain Node.js, need nothing of this file.
 */

/** One unit of work that a proxy reported, in neutral form: ids in hexadecimal, tags as text. */
export interface Span {
  /** 16 lower-case hexadecimal digits; a server span that shares its client's id has `-server` behind it. */
  readonly id: string;
  /** Id of the span that caused it; absent for the first one. */
  readonly parentId?: string;
  /** Who reported it, as Istio's proxies name themselves: `<app>.<namespace>`. */
  readonly service: string;
  /** What was done, such as `details.bookinfo.svc.cluster.local:9080/*`. */
  readonly operation: string;
  /** Side of the call: `client`, `server`, or what else the reporter says; absent where it says nothing. */
  readonly kind?: string;
  /** Begin, in microseconds since 1970. */
  readonly startMicros: number;
  /** Length, in microseconds. */
  readonly durationMicros: number;
  /** What the reporter noted, such as `http.status_code`, `response_flags`, `istio.canonical_revision`. */
  readonly tags: Readonly<Record<string, string>>;
  /** The reporter says that it failed, or it was answered with a status of 500 or more. */
  readonly failed: boolean;
}

/** All spans of one request, as far as they arrived. */
export interface Trace {
  /** 32 lower-case hexadecimal digits. */
  readonly id: string;
  /** In the order in which they began. */
  readonly spans: readonly Span[];
}

/** What traces must be like. */
export interface TraceExpectations {
  /** Services that must have a span in every trace, as `<app>.<namespace>`; the first is the entry service. */
  readonly services: readonly string[];
  /** Versions that must be seen, by service: `{"reviews.bookinfo": ["v1", "v2"]}`. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  /** How many traces there must be, 1 or more. */
  readonly minTraces: number;
  /** How long ago the newest trace may have begun, in seconds. */
  readonly maxAgeSeconds: number;
  /** Largest share of spans whose parent is missing, in percent, 0 to 100. */
  readonly maxOrphanPercentage: number;
}

/** What is looked at, each by itself. */
export type CheckId = "count" | "freshness" | "services" | "root" | "parent-links" | "orphans" | "versions" | "search";

/** The outcome of one check. */
export interface Check {
  /** Which one. */
  readonly id: CheckId;
  /** What must hold, as a sentence without a full stop. */
  readonly title: string;
  /** Whether it holds. */
  readonly passed: boolean;
  /** What was found, as a sentence without a full stop. */
  readonly found: string;
  /** Traces that show why it does not hold, at most five. */
  readonly examples: readonly TraceProblem[];
}

/** What is wrong with one trace. */
export interface TraceProblem {
  /** Id of the trace. */
  readonly traceId: string;
  /** What is wrong, as a part of a sentence. */
  readonly problem: string;
}
