// @ts-check
// Judges traces: are there enough, are they new, is each whole. Nothing is asked of anybody here.
import { checkCount, counted, outcomeOf } from "./countChecks.mjs";
import { linkProblem, missingServices, rootProblem } from "./traceProblems.mjs";
import { orphansOf } from "./traces.mjs";

/** @typedef {import("../traces.js").Span} Span */
/** @typedef {import("../traces.js").Trace} Trace */
/** @typedef {import("../verification.js").Check} Check */
/** @typedef {import("../verification.js").TraceProblem} TraceProblem */
/** @typedef {import("../verification.js").TraceExpectations} TraceExpectations */

/** The tag in which Istio's proxies name the version of their workload, `latest` where it has no label `version`. */
export const versionTag = "istio.canonical_revision";

/** Clocks of a cluster's nodes may differ by as much, in milliseconds. */
const clockToleranceMs = 60_000;

/**
 * All checks of a set of traces.
 *
 * @param {readonly Trace[]} traces
 * @param {TraceExpectations} expected
 * @param {number} nowMs the time, in milliseconds since 1970
 * @returns {Check[]}
 */
export function checkTraces(traces, expected, nowMs) {
  const checks = [
    ...(expected.maxAgeSeconds === undefined ? [] : [checkFreshness(traces, expected.maxAgeSeconds, nowMs)]),
    perTrace("services", `each trace has spans of ${expected.services.join(", ")}`, "lack a service", traces, (trace) =>
      missingServices(trace, expected.services),
    ),
    perTrace("root", "each trace has one root span", "have no root span, or several", traces, rootProblem),
    perTrace("parent-links", "no span is its own ancestor", "have spans that cause themselves", traces, linkProblem),
    checkOrphans(traces, expected),
    checkVersions(traces, expected),
  ];
  return [checkCount(traces, expected), ...(traces.length === 0 ? checks.map(skipped) : checks)];
}

/** @param {Check} check @returns {Check} */
function skipped(check) {
  return { ...check, outcome: "skipped", found: "there is no trace to look at", examples: [] };
}

/** @param {readonly Trace[]} traces @param {number} maxAgeSeconds @param {number} nowMs @returns {Check} */
function checkFreshness(traces, maxAgeSeconds, nowMs) {
  const title = `the newest trace began at most ${maxAgeSeconds} s ago`;
  const newest = Math.max(...traces.map(({ spans }) => (spans[0]?.startMicros ?? 0) / 1000));
  const ageSeconds = Math.round((nowMs - newest) / 1000);
  const inFuture = nowMs - newest < -clockToleranceMs;
  return {
    id: "freshness",
    title,
    outcome: outcomeOf(!inFuture && ageSeconds <= maxAgeSeconds),
    found: inFuture
      ? `the newest begins in ${-ageSeconds} s: the clocks of this machine and of the proxies differ`
      : `the newest began ${Math.max(0, ageSeconds)} s ago`,
    examples: [],
  };
}

/**
 * A check of each trace by itself.
 *
 * @param {Check["id"]} id
 * @param {string} title
 * @param {string} failure what the traces do that fail, as a part of a sentence
 * @param {readonly Trace[]} traces
 * @param {(trace: Trace) => string | undefined} problemOf
 * @returns {Check}
 */
function perTrace(id, title, failure, traces, problemOf) {
  const problems = traces.flatMap((trace) => {
    const problem = problemOf(trace);
    return problem === undefined ? [] : [{ traceId: trace.id, problem }];
  });
  const all = counted(traces.length, "trace");
  const found = problems.length === 0 ? `${all} in order` : `${problems.length} of ${all} ${failure}`;
  return { id, title, outcome: outcomeOf(problems.length === 0), found, examples: problems.slice(0, 5) };
}

/** @param {readonly Trace[]} traces @param {TraceExpectations} expected @returns {Check} */
function checkOrphans(traces, { maxOrphanPercentage }) {
  const orphans = traces.map((trace) => ({ traceId: trace.id, spans: orphansOf(trace) }));
  const count = orphans.reduce((sum, { spans }) => sum + spans.length, 0);
  const total = traces.reduce((sum, { spans }) => sum + spans.length, 0);
  const share = (count / total) * 100;
  return {
    id: "orphans",
    title: `at most ${maxOrphanPercentage} % of the spans lack their parent`,
    outcome: outcomeOf(share <= maxOrphanPercentage),
    found: `${count} of ${counted(total, "span")} (${Number(share.toFixed(2))} %) lack their parent`,
    examples: orphans
      .filter(({ spans }) => spans.length > 0)
      .slice(0, 5)
      .map(({ traceId, spans }) => ({ traceId, problem: `the parents are missing of ${described(spans)}` })),
  };
}

/** @param {readonly Span[]} spans */
function described(spans) {
  const names = spans.slice(0, 3).map(({ service, operation }) => `${service} (${operation})`);
  return names.join(", ") + (spans.length > 3 ? ` and ${spans.length - 3} more` : "");
}

/** @param {readonly Trace[]} traces @param {TraceExpectations} expected @returns {Check} */
function checkVersions(traces, { services, versions }) {
  /** @type {Map<string, Set<string>>} */
  const seen = new Map();
  /** @type {TraceProblem[]} */
  const untagged = [];
  for (const trace of traces) {
    for (const { service, tags } of trace.spans) {
      const version = tags[versionTag];
      if (version !== undefined) {
        seen.set(service, (seen.get(service) ?? new Set()).add(version));
      } else if (services.includes(service) || service in versions) {
        untagged.push({ traceId: trace.id, problem: `a span of ${service} has no tag ${versionTag}` });
      }
    }
  }
  const unseen = Object.entries(versions).flatMap(([service, wanted]) =>
    wanted.filter((version) => !seen.get(service)?.has(version)).map((version) => `${service} ${version}`),
  );
  const list = [...seen].sort().map(([service, found]) => `${service} ${[...found].sort().join(" ")}`);
  const wanted = Object.entries(versions).map(([service, each]) => `${service} ${each.join(" ")}`);
  return {
    id: "versions",
    title: `each span has the version of its workload${wanted.length > 0 ? `, and these are seen: ${wanted.join("; ")}` : ""}`,
    outcome: outcomeOf(untagged.length === 0 && unseen.length === 0),
    found: [
      ...(untagged.length > 0 ? [`${counted(untagged.length, "span")} without a version`] : []),
      ...(unseen.length > 0 ? [`no span of ${unseen.join(", ")}`] : []),
      `seen: ${list.join("; ") || "none"}`,
    ].join("; "),
    examples: untagged.slice(0, 5),
  };
}
