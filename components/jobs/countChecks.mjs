// @ts-check
// Judges whether Kiali has the traces at all.

/** @typedef {import("../traces.js").Trace} Trace */
/** @typedef {import("../verification.js").Check} Check */

/**
 * Whether there are enough traces.
 *
 * @param {readonly Trace[]} traces
 * @param {{ minTraces: number }} expected
 * @returns {Check}
 */
export function checkCount(traces, { minTraces }) {
  return {
    id: "count",
    title: `there ${minTraces === 1 ? "is a trace" : `are ${minTraces} traces`} or more`,
    outcome: outcomeOf(traces.length >= minTraces),
    found: `${counted(traces.length, "trace")}, ${minTraces} wanted`,
    examples: [],
  };
}

/**
 * Whether every trace whose id was known beforehand is there.
 *
 * @param {readonly Trace[]} traces
 * @param {{ traceIds: readonly string[] }} wanted
 * @returns {Check}
 */
export function checkKnown(traces, { traceIds }) {
  const present = new Set(traces.map(({ id }) => id));
  const missing = traceIds.filter((id) => !present.has(id));
  return {
    id: "count",
    title: "every request left a trace in Kiali",
    outcome: outcomeOf(missing.length === 0),
    found:
      missing.length === 0
        ? `all ${counted(traceIds.length, "trace")} found`
        : `${missing.length} of ${counted(traceIds.length, "trace")} not in Kiali`,
    examples: missing.slice(0, 5).map((traceId) => ({ traceId, problem: "not found" })),
  };
}

/**
 * Whether the search that Kiali's own pages do shows the entry service's traces.
 *
 * @param {number | undefined} listed how many it gave; undefined where it was not made
 * @param {{ namespace: string, service: string }} entry
 * @returns {Check}
 */
export function checkSearch(listed, { namespace, service }) {
  return {
    id: "search",
    title: `Kiali lists traces for service ${service} of namespace ${namespace}`,
    outcome: listed === undefined ? "skipped" : outcomeOf(listed > 0),
    found:
      listed === undefined
        ? "not asked, since traces are missing"
        : listed > 0
          ? `${counted(listed, "trace")} listed`
          : `Kiali lists no trace of ${service}.${namespace}`,
    examples: [],
  };
}

/** @param {boolean} passed @returns {Check["outcome"]} */
export function outcomeOf(passed) {
  return passed ? "passed" : "failed";
}

/** @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
