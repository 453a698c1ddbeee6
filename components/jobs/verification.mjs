// @ts-check
// Looks for traces until all is as expected or time is over.
import { setTimeout as sleep } from "node:timers/promises";
import { checkKnown, checkSearch } from "./countChecks.mjs";
import { printable, reasons } from "./conclusion.mjs";
import { Refused } from "./kialiApi.mjs";
import { lookOnce } from "./look.mjs";
import { checkTraces } from "./traceChecks.mjs";

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
    const reason = printable(error ?? reasons(checks));
    if (reason !== told) {
      log(reason);
      told = reason;
    }
    // More often before the first trace, whose time is measured.
    await sleep(traces.size === 0 ? Math.min(pause, 500) : pause, undefined, { signal });
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
