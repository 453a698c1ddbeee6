// @ts-check
// One look at Kiali: fetches the traces that are not there yet, or not whole.
import { isComplete } from "./traceProblems.mjs";

/** @typedef {import("../traces.js").Trace} Trace */
/** @typedef {import("../verification.js").TraceSource} TraceSource */
/** @typedef {import("../verification.js").VerificationSettings} VerificationSettings */

/**
 * Fetches what is wanted and not there yet, or not whole.
 *
 * @param {VerificationSettings} settings
 * @param {TraceSource} kiali
 * @param {Map<string, Trace>} traces gets what is found
 * @param {number} deadline
 * @param {() => void} onFound called after each trace that was found
 * @returns {Promise<number | undefined>} how many traces the search for the entry service gave; undefined where the
 * known ones are not all there, so that it was not made
 */
export async function lookOnce(settings, kiali, traces, deadline, onFound) {
  const { traceIds, services } = settings;
  if (traceIds.length > 0) {
    await fetchMissing(traceIds, traces, services, kiali, deadline, onFound);
    // Having the traces is not enough where Kiali's own pages, which search, show none.
    return traceIds.every((id) => traces.has(id)) ? (await search(settings, kiali, deadline)).length : undefined;
  }
  const found = await search(settings, kiali, deadline);
  // From Jaeger's API a search gives whole traces, from Tempo's it does not.
  for (const trace of found.filter((each) => isComplete(each, services))) {
    traces.set(trace.id, trace);
    onFound();
  }
  const ids = found.map(({ id }) => id);
  await fetchMissing(ids, traces, services, kiali, deadline, onFound);
  return found.length;
}

/** @param {VerificationSettings} settings @param {TraceSource} kiali @param {number} deadline */
async function search({ namespace, service, lookBackSeconds }, kiali, deadline) {
  const since = (Date.now() - lookBackSeconds * 1000) * 1000;
  const found = await kiali.search(namespace, service, since, deadline);
  const entry = `${service}.${namespace}`;
  return found.filter(({ spans }) => spans.some((span) => span.service === entry));
}

/**
 * @param {readonly string[]} wanted
 * @param {Map<string, Trace>} traces
 * @param {readonly string[]} services
 * @param {TraceSource} kiali
 * @param {number} deadline
 * @param {() => void} onFound
 */
async function fetchMissing(wanted, traces, services, kiali, deadline, onFound) {
  const due = wanted.filter((id) => {
    const known = traces.get(id);
    return known === undefined || !isComplete(known, services);
  });
  for (const [index, id] of due.entries()) {
    // One is asked for in any case: a look that asked nobody would hide why the one before failed.
    if (index > 0 && Date.now() >= deadline) {
      return;
    }
    const trace = await kiali.trace(id, deadline);
    if (trace !== undefined) {
      traces.set(id, trace);
      onFound();
    }
  }
}
