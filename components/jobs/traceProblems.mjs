// @ts-check
// What can be wrong with a single trace; each of these says it as a part of a sentence, or nothing.
import { orphansOf, rootsOf } from "./traces.mjs";

/** @typedef {import("../traces.js").Trace} Trace */

/**
 * Whether a trace is whole; one that is not may still become so, since each proxy reports in its own time.
 *
 * @param {Trace} trace
 * @param {readonly string[]} services that must have a span in it
 */
export function isComplete(trace, services) {
  const problems = [missingServices(trace, services), rootProblem(trace), linkProblem(trace)];
  return problems.every((problem) => problem === undefined) && orphansOf(trace).length === 0;
}

/**
 * The services that a trace lacks.
 *
 * @param {Trace} trace
 * @param {readonly string[]} services as `<app>.<namespace>`
 */
export function missingServices({ spans }, services) {
  const present = new Set(spans.map(({ service }) => service));
  const missing = services.filter((service) => !present.has(service));
  if (missing.length === 0) {
    return undefined;
  }
  return `no span of ${missing.join(", ")}, only of ${[...present].sort().join(", ")}`;
}

/**
 * A request enters the mesh once, so it has one first span. Whoever sends a trace's id along may send the request again,
 * as the traffic job does until it is answered: each attempt has its first span, and all are the sender's.
 *
 * @param {Trace} trace
 */
export function rootProblem(trace) {
  const roots = rootsOf(trace);
  const isSent = roots.length > 0 && roots.every(({ parentId }) => parentId !== undefined);
  if (roots.length === 1 || isSent) {
    return undefined;
  }
  const services = [...new Set(roots.map(({ service }) => service))].sort();
  return roots.length === 0
    ? "no root span: the first proxy's span is missing"
    : `${roots.length} root spans, of ${services.join(", ")}: the headers x-b3-* were not passed on`;
}

/**
 * Spans that cause each other in a circle.
 *
 * @param {Trace} trace
 */
export function linkProblem({ spans }) {
  const parents = new Map(spans.map(({ id, parentId }) => [id, parentId]));
  for (const { id, service } of spans) {
    const seen = new Set();
    for (let at = /** @type {string | undefined} */ (id); at !== undefined; at = parents.get(at)) {
      if (seen.has(at)) {
        return `span ${id} of ${service} is its own ancestor, or hangs on one that is`;
      }
      seen.add(at);
    }
  }
  return undefined;
}
