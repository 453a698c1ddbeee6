import type { JUnitCase, JUnitSuite } from "./junit";
import { junitXml } from "./junit";
import type { VerificationReport } from "./verificationReport";

/** The outcome as JUnit's XML: a suite of the checks, and one of the links where they were looked at. */
export function verificationJunit(report: VerificationReport): string {
  const startedAt = new Date(report.startedAt);
  const reachable: JUnitCase = {
    name: "Kiali answers",
    outcome: report.error === undefined ? "passed" : "failed",
    message: report.error ?? report.kialiUrl,
  };
  const checks = report.checks.map(({ title, outcome, found, examples }): JUnitCase => ({
    name: title,
    outcome,
    message: found,
    details: examples.map(({ traceId, problem }) => `${traceId}: ${problem}`),
  }));
  const links = (report.chain ?? []).map(({ title, state, found, wayOut }): JUnitCase => ({
    name: title,
    outcome: ({ ok: "passed", broken: "failed", unknown: "skipped" } as const)[state],
    message: found,
    ...(wayOut !== undefined && { details: [`Way out: ${wayOut}`] }),
  }));
  const suites: JUnitSuite[] = [
    { name: "mesh-tracing.traces", startedAt, seconds: report.tookSeconds, cases: [reachable, ...checks] },
    ...(report.chain ? [{ name: "mesh-tracing.chain", startedAt, seconds: 0, cases: links }] : []),
  ];
  return junitXml(suites);
}
