import { shortPathSpans } from "../dataplane/gateway";
import { percentile } from "./measure";
import { judged, table } from "./results";
import type { Latency, Throughput, TraceCost } from "./traceCost";

/** Everything that one run of `--traces` measured. */
export interface TraceResults extends TraceCost {
  /** What it ran on, one fact a line. */
  readonly machine: readonly string[];
  /** How often each sampling had its turn. */
  readonly runs: number;
  /** How long the data plane took to be ready, its programs being there. */
  readonly readySeconds: number;
}

/** Seconds that the data plane may take to be ready. */
const acceptedReadySeconds = 60;

const percentiles = [50, 95] as const;

/** The results as Markdown, for the terminal and for docs/benchmarks.md. */
export function renderTraceResults({ machine, runs, readySeconds, throughputs, latencies }: TraceResults): string {
  return [
    ...machine.map((fact) => `- ${fact}`),
    `- The data plane is ready after ${readySeconds.toFixed(0)} s (${judged(readySeconds, acceptedReadySeconds, "s")}).`,
    "",
    "### Spans accepted end to end",
    "",
    table(
      [
        "way",
        "traces",
        "a second",
        "sent again",
        "spans accepted a second",
        "accepted in the end",
        "lost",
        "looked for",
        "missing",
      ],
      throughputs.map(throughputRow),
    ),
    "",
    "### Latency of a request by the share that is traced",
    "",
    table(
      ["sampling", "requests", ...percentiles.flatMap((rank) => [nameOf(rank), "ratio to 0 %", "added per hop"])],
      latencies.map((latency) => latencyRow(latency, latencies[0]!)),
    ),
    "",
    `- Milliseconds, of ${runs} ${runs === 1 ? "turn" : "turns"} at each sampling; a request has ${shortPathSpans} hops, each of which leaves a span.`,
    "",
  ].join("\n");
}

function throughputRow({ path, seconds, traces, refused, ...counted }: Throughput): string[] {
  const { acceptedMeanwhile, accepted, expected, looked, missing } = counted;
  const rate = (count: number) => Math.round(count / seconds);
  const lost = Math.max(0, expected - accepted);
  const inTheEnd = `${accepted} of ${expected}`;
  return [path, traces, rate(traces), refused, rate(acceptedMeanwhile), inTheEnd, lost, looked, missing].map(String);
}

const nameOf = (rank: number) => (rank === 50 ? "median" : `p${rank}`);

function latencyRow({ sampling, milliseconds }: Latency, untraced: Latency): string[] {
  const figures = percentiles.flatMap((rank) => {
    const [time, base] = [percentile(milliseconds, rank), percentile(untraced.milliseconds, rank)];
    const added = (time - base) / shortPathSpans;
    return [time.toFixed(2), `${(time / base).toFixed(2)} ×`, sampling === 0 ? "" : added.toFixed(3)];
  });
  return [`${sampling} %`, String(milliseconds.length), ...figures];
}
