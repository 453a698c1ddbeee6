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
