/**
 * What the verification is asked and what it answers, in the Job as on the command line. Types alone: the scripts in
 * `jobs/` need nothing of this file when they run.
 */
import type { Trace } from "./traces";

/** What traces must be like. */
export interface TraceExpectations {
  /** Services that must have a span in every trace, as `<app>.<namespace>`; the first is the entry service. */
  readonly services: readonly string[];
  /** Versions that must be seen, by service: `{"reviews.bookinfo": ["v1", "v2"]}`. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  /** How many traces there must be, 1 or more. */
  readonly minTraces: number;
  /** How long ago the newest trace may have begun, in seconds; any time where absent. */
  readonly maxAgeSeconds?: number;
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
  /** Whether it holds; `skipped` where there was nothing to look at, which another check reports. */
  readonly outcome: "passed" | "failed" | "skipped";
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

/** What is verified, and for how long. */
export interface VerificationSettings extends TraceExpectations {
  /** Base URL of Kiali, with its web root where it has one. */
  readonly kialiUrl: string;
  /** Ids of traces that must be there, 32 hexadecimal digits each; empty to look for recent ones of the entry service. */
  readonly traceIds: readonly string[];
  /** Namespace of the entry service, which Kiali is asked about. */
  readonly namespace: string;
  /** Name of the entry service. */
  readonly service: string;
  /** How far back the search goes, in seconds. */
  readonly lookBackSeconds: number;
  /** How long to look, in seconds, 1 or more. */
  readonly timeoutSeconds: number;
}

/** Answers about traces; Kiali, or what a test puts in its place. */
export interface TraceSource {
  /**
   * One trace.
   *
   * @param deadline when an answer is no longer of use, in milliseconds since 1970
   * @returns undefined where there is none, or none yet
   */
  trace(id: string, deadline: number): Promise<Trace | undefined>;
  /** Recent traces of a service, the newest 100, possibly with some of their spans only. */
  search(namespace: string, service: string, sinceMicros: number, deadline: number): Promise<Trace[]>;
}

/** How long the first trace took from the request to Kiali. */
export interface FirstTrace {
  /** In seconds, from the begin of its first span until Kiali had it. */
  readonly seconds: number;
  /** It was there at the first look already, so it may have taken less. */
  readonly atMost: boolean;
}

/** The outcome of a verification. */
export interface Verification {
  /** Whether every check holds. */
  readonly passed: boolean;
  /** The checks, as the last look found them. */
  readonly checks: readonly Check[];
  /** What kept the last look from being finished, such as an error of Kiali; absent where nothing did. */
  readonly error?: string;
  /** How long the first trace took; absent where none came, or recent ones were there already. */
  readonly firstTrace?: FirstTrace;
  /** How long it looked, in seconds. */
  readonly tookSeconds: number;
  /** All traces that were found. */
  readonly traces: readonly Trace[];
}
