import type { VerificationReport } from "../cli/verificationReport";
import { verificationReport } from "../cli/verificationReport";
import type { VerificationRun } from "../cli/verificationRun";
import { orphansOf, rootsOf } from "../components/jobs/traces.mjs";
import type { Trace } from "../components/traces";
import type { GraphLayout } from "./graphLayout";
import { layOut } from "./graphLayout";
import type { ServiceLatency } from "./latency";
import { latencies } from "./latency";
import { serviceGraph } from "./serviceGraph";

/** All that the report shows. */
export interface ReportModel {
  /** The outcome, as `--json` writes it. */
  readonly outcome: VerificationReport;
  readonly figures: ReportFigures;
  readonly graph: GraphLayout;
  readonly latencies: readonly ServiceLatency[];
  /** The traces that are shown span by span. */
  readonly chosen: readonly Trace[];
  /** Number of each service, by which it gets the same colour everywhere. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** The numbers at the top. */
export interface ReportFigures {
  readonly traces: number;
  readonly spans: number;
  /** Services that reported spans. */
  readonly services: number;
  /** Spans without their parent. */
  readonly orphans: number;
  /** Traces in which a span failed. */
  readonly failedTraces: number;
}

/** How many traces are shown span by span. */
export const shownTraces = 6;

/** Works out what the report shows of a run. */
export function reportModel(run: VerificationRun): ReportModel {
  const { traces } = run.verification;
  const graph = layOut(serviceGraph(traces));
  return {
    outcome: verificationReport(run),
    figures: {
      traces: traces.length,
      spans: sum(traces, ({ spans }) => spans.length),
      services: new Set(traces.flatMap(({ spans }) => spans.map(({ service }) => service))).size,
      orphans: sum(traces, (trace) => orphansOf(trace).length),
      failedTraces: traces.filter(hasFailed).length,
    },
    graph,
    latencies: latencies(traces),
    chosen: choose(traces),
    numbers: new Map(graph.nodes.map(({ service }, index) => [service, index])),
  };
}

/** From the begin of the first span of a trace to the end of its last, in microseconds. */
export function extent({ spans }: Trace): { start: number; length: number } {
  const start = spans[0]?.startMicros ?? 0;
  const end = spans.reduce((latest, each) => Math.max(latest, each.startMicros + each.durationMicros), start);
  return { start, length: end - start };
}

/** Whether a span of the trace failed. */
export function hasFailed({ spans }: Trace): boolean {
  return spans.some(({ failed }) => failed);
}

/** Traces worth a look: torn ones first, then failed ones, then the slowest. */
function choose(traces: readonly Trace[]): Trace[] {
  const torn = (trace: Trace) => Number(orphansOf(trace).length > 0 || rootsOf(trace).length !== 1);
  const sorted = traces
    .map((trace) => ({ trace, key: [torn(trace), Number(hasFailed(trace)), extent(trace).length] as const }))
    .sort(({ key: one }, { key: other }) => other[0] - one[0] || other[1] - one[1] || other[2] - one[2]);
  return sorted.slice(0, shownTraces).map(({ trace }) => trace);
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
