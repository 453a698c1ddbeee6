// @ts-check
// Looks for traces until all is as expected or time is over.
import { setTimeout as sleep } from "node:timers/promises";
import { checkKnown, checkSearch } from "./countChecks.mjs";
import { reasons } from "./conclusion.mjs";
import { Refused } from "./kialiApi.mjs";
import { checkTraces } from "./traceChecks.mjs";
import { isComplete } from "./traceProblems.mjs";

/** @typedef {import("../traces.js").Trace} Trace */
/** @typedef {import("../verification.js").Check} Check */
/** @typedef {import("../verification.js").FirstTrace} FirstTrace */
/** @typedef {import("../verification.js").TraceSource} TraceSource */
/** @typedef {import("../verification.js").Verification} Verification */
/** @typedef {import("../verification.js").VerificationSettings} VerificationSettings */

/**
 * Looks until every check holds, and tells how the last look went.
 *
 * @param {VerificationSettings} settings
 * @param {TraceSource} kiali
 * @param {(line: string) => void} log told why it has to look again
 * @param {AbortSignal} [signal] ends it early
 * @returns {Promise<Verification>}
 * @throws Refused where Kiali does not want to talk to us
 */
export async function verify(settings, kiali, log, signal) {
  const startedMs = Date.now();
  const deadline = startedMs + settings.timeoutSeconds * 1000;
  const pause = Math.min(5_000, Math.max(100, settings.timeoutSeconds * 20));
  /** @type {Map<string, Trace>} */
  const traces = new Map();
  /** @type {FirstTrace | undefined} */
  let firstTrace;
  let told = "";
  for (let look = 1; ; look++) {
    /** @type {string | undefined} */
    let error;
    /** @type {number | undefined} */
    let listed;
    try {
      listed = await lookOnce(settings, kiali, traces, deadline, () => {
        // Recent traces that are there already say nothing about how long they took.
        if (settings.traceIds.length > 0 || look > 1) {
          firstTrace ??= firstOf([...traces.values()], look === 1);
        }
      });
    } catch (failure) {
      if (failure instanceof Refused || signal?.aborted) {
        throw failure;
      }
      error = `Kiali at ${settings.kialiUrl}: ${/** @type {Error} */ (failure).message}`;
    }
    const checks = checkAll([...traces.values()], listed, settings).map((check) =>
      error !== undefined && check.outcome === "failed" ? notKnown(check) : check,
    );
    const passed = error === undefined && checks.every(({ outcome }) => outcome === "passed");
    if (passed || Date.now() + pause >= deadline) {
      return {
        passed,
        checks,
        ...(error !== undefined && { error }),
        ...(firstTrace !== undefined && { firstTrace }),
        tookSeconds: (Date.now() - startedMs) / 1000,
        traces: [...traces.values()],
      };
    }
    const reason = error ?? reasons(checks);
    if (reason !== told) {
      log(reason);
      told = reason;
    }
    // More often before the first trace, whose time is measured.
    await sleep(traces.size === 0 ? Math.min(pause, 500) : pause, undefined, { signal });
  }
}

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
async function lookOnce(settings, kiali, traces, deadline, onFound) {
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
  for (const id of wanted) {
    const known = traces.get(id);
    if (Date.now() >= deadline) {
      return;
    }
    if (known === undefined || !isComplete(known, services)) {
      const trace = await kiali.trace(id, deadline);
      if (trace !== undefined) {
        traces.set(id, trace);
        onFound();
      }
    }
  }
}

/**
 * @param {readonly Trace[]} traces
 * @param {number | undefined} listed
 * @param {VerificationSettings} settings
 * @returns {Check[]}
 */
function checkAll(traces, listed, settings) {
  const checks = checkTraces(traces, settings, Date.now());
  return settings.traceIds.length === 0
    ? checks
    : [checkKnown(traces, settings), ...checks.filter(({ id }) => id !== "count"), checkSearch(listed, settings)];
}

/**
 * A look that broke off proves no loss.
 *
 * @param {Check} check
 * @returns {Check}
 */
function notKnown(check) {
  return {
    ...check,
    outcome: "skipped",
    found: `not known, since Kiali did not answer all (${check.found})`,
    examples: [],
  };
}

/** @param {readonly Trace[]} traces @param {boolean} atMost @returns {FirstTrace} */
function firstOf(traces, atMost) {
  const begins = traces.map(({ spans }) => (spans[0]?.startMicros ?? 0) / 1000);
  const seconds = (Date.now() - Math.min(...begins)) / 1000;
  return { seconds: Math.max(0, Number(seconds.toFixed(1))), atMost };
}
