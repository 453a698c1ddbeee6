import { printable } from "../components/jobs/conclusion.mjs";
import type { VerificationReport } from "./verificationReport";

const marks = { passed: "✓", failed: "✗", skipped: "–", ok: "✓", broken: "✗", unknown: "?" } as const;

/** The outcome for people: each check, what was found along the chain, and last the conclusion. */
export function verificationText(report: VerificationReport): string {
  const { checks, chain, clusterUnread, firstTrace, traces, passed } = report;
  const spans = traces.reduce((sum, trace) => sum + trace.spans, 0);
  const lines = [
    ...checks.flatMap(({ outcome, title, found, examples }) => [
      `${marks[outcome]} ${title}: ${found}`,
      ...examples.map(({ traceId, problem }) => `    ${traceId}: ${problem}`),
    ]),
    "",
    `${traces.length} traces with ${spans} spans, from Kiali at ${report.kialiUrl}`,
    ...(firstTrace
      ? [`The first trace was there ${firstTrace.atMost ? "within" : "after"} ${firstTrace.seconds} s`]
      : []),
    ...(chain
      ? [
          "",
          "From Telemetry to Kiali:",
          ...chain.map(({ state, title, found }) => `${marks[state]} ${title}: ${found}`),
        ]
      : []),
    ...(clusterUnread === undefined || passed
      ? []
      : ["", `No broken link was looked for, since the cluster was not read: ${clusterUnread}`]),
    "",
    report.conclusion,
  ];
  return lines.map(printable).join("\n");
}
