import { conclusion } from "../components/jobs/conclusion.mjs";
import { chainConclusion } from "../components/jobs/tracingChain.mjs";
import type { Trace } from "../components/traces";
import type { ChainLink, Hop } from "../components/tracingChain";
import type { Check, FirstTrace, TraceExpectations } from "../components/verification";
import type { VerificationRun } from "./verificationRun";

/** What `verify --json` writes. Fields are added without notice, and changed or taken away with a new `version`. */
export interface VerificationReport {
  /** Version of this form. */
  readonly version: 1;
  /** Whether every check holds. */
  readonly passed: boolean;
  /** The outcome in words. */
  readonly conclusion: string;
  /** When the verification began, ISO 8601. */
  readonly startedAt: string;
  /** How long it looked, in seconds. */
  readonly tookSeconds: number;
  /** Kiali's URL. */
  readonly kialiUrl: string;
  /** What had to hold. */
  readonly expected: TraceExpectations;
  /** Ids that had to be there; empty where recent traces were looked for. */
  readonly traceIds: readonly string[];
  /** What kept the last look from being finished; absent where nothing did. */
  readonly error?: string;
  /** How long the first trace took from its begin to Kiali; absent where none came, or recent ones were there already. */
  readonly firstTrace?: FirstTrace;
  /** Each check with its outcome. */
  readonly checks: readonly Check[];
  /** The links from Telemetry to Kiali up to the first that is broken; absent where they were not looked at. */
  readonly chain?: readonly ChainLink[];
  /** How each workload traces, and why; absent where the cluster was not read. */
  readonly sampling?: readonly Hop[];
  /** Why the cluster was not read; absent where it was. */
  readonly clusterUnread?: string;
  /** The traces that were found, in short. */
  readonly traces: readonly TraceSummary[];
}

/** A trace in short. */
export interface TraceSummary {
  readonly id: string;
  /** When its first span began, ISO 8601. */
  readonly startedAt: string;
  /** From the begin of its first span to the end of its last, in milliseconds. */
  readonly durationMs: number;
  readonly spans: number;
  /** How many of the spans failed. */
  readonly failedSpans: number;
  /** Who reported spans, sorted. */
  readonly services: readonly string[];
}

/** The outcome of a run in the form in which it is written. */
export function verificationReport(run: VerificationRun): VerificationReport {
  const { settings, verification, startedAt, chain, sampling, clusterUnread } = run;
  const { services, versions, minTraces, maxAgeSeconds, maxOrphanPercentage } = settings;
  const { traces, passed, ...outcome } = verification;
  return {
    version: 1,
    passed,
    conclusion: [conclusion(verification, settings), ...(chain && !passed ? [chainConclusion(chain)] : [])].join(" "),
    startedAt: startedAt.toISOString(),
    kialiUrl: settings.kialiUrl,
    expected: {
      services,
      versions,
      minTraces,
      ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
      maxOrphanPercentage,
    },
    traceIds: settings.traceIds,
    ...outcome,
    ...(chain && { chain }),
    ...(sampling && { sampling }),
    ...(clusterUnread !== undefined && { clusterUnread }),
    traces: traces.map(summary),
  };
}

function summary({ id, spans }: Trace): TraceSummary {
  const start = spans[0]?.startMicros ?? 0;
  const end = Math.max(...spans.map(({ startMicros, durationMicros }) => startMicros + durationMicros));
  return {
    id,
    startedAt: new Date(start / 1000).toISOString(),
    durationMs: (end - start) / 1000,
    spans: spans.length,
    failedSpans: spans.filter(({ failed }) => failed).length,
    services: [...new Set(spans.map(({ service }) => service))].sort(),
  };
}
