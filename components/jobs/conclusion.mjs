// @ts-check
// Puts the outcome of a verification into words.
import { counted } from "./countChecks.mjs";

/** @typedef {import("../verification.js").Check} Check */
/** @typedef {import("../verification.js").FirstTrace} FirstTrace */
/** @typedef {import("../verification.js").Verification} Verification */
/** @typedef {import("../verification.js").VerificationSettings} VerificationSettings */

/**
 * The outcome in one line.
 *
 * @param {Verification} verification
 * @param {VerificationSettings} settings
 */
export function conclusion(verification, { services, traceIds, timeoutSeconds }) {
  const { passed, traces, firstTrace, checks, error } = verification;
  if (!passed) {
    return `${printable(error ?? reasons(checks))} after ${timeoutSeconds} s.`;
  }
  const found =
    traceIds.length > 0 ? `all ${counted(traces.length, "trace")} are` : `${counted(traces.length, "trace")} found`;
  const first = firstTrace === undefined ? "" : `, the first ${inWords(firstTrace)}`;
  return `${found} in Kiali, with spans of ${services.join(", ")}${first}`;
}

/**
 * How long the first trace took, as a part of a sentence.
 *
 * @param {FirstTrace} firstTrace
 */
export function inWords({ seconds, atMost }) {
  return `${atMost ? "within" : "after"} ${seconds} s`;
}

/**
 * Text without what would steer a terminal: names and tags of spans are written by whoever sends requests.
 *
 * @param {string} text
 */
export function printable(text) {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/**
 * What the failed checks found, in one line.
 *
 * @param {readonly Check[]} checks
 */
export function reasons(checks) {
  return checks
    .filter(({ outcome }) => outcome === "failed")
    .map(({ found, examples: [example] }) =>
      example === undefined ? found : `${found}, for example ${example.traceId}: ${example.problem}`,
    )
    .join("; ");
}
