// @ts-check
// Sends a bounded number of requests through the ingress gateway, each as the root of a trace whose id is known
// beforehand and with the sampled flag set, so that every one of them must leave a trace whatever the sampling rate.
// Runs as a job's only process; its last word is the pod's termination message.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";

/**
 * @typedef {object} TrafficSettings
 * @property {string} url productpage at the ingress gateway
 * @property {string} host Host header that the gateway routes by
 * @property {string[]} traceIds one request for each, 32 hexadecimal digits
 * @property {number} perSecond requests per second
 * @property {number} timeoutSeconds everything is over by then
 * @property {string | Buffer} [ca] certificate authorities to trust, PEM; the system's where absent
 */

/**
 * Sends the requests; one that fails is sent again until time runs out, since a gateway takes a moment to learn routes.
 *
 * @param {TrafficSettings} settings
 * @param {(line: string) => void} log
 * @param {AbortSignal} [signal] ends it early
 * @returns {Promise<string>} what was done
 */
export async function sendTraffic(settings, log, signal) {
  const deadline = Date.now() + settings.timeoutSeconds * 1000;
  const pause = 1000 / settings.perSecond;
  for (const [index, traceId] of settings.traceIds.entries()) {
    if (Date.now() >= deadline) {
      throw new Error(
        `only ${index} of ${settings.traceIds.length} requests to ${settings.url} were answered within ${settings.timeoutSeconds} s`,
      );
    }
    let status = await request(settings, traceId);
    while (status !== 200) {
      log(`request ${index + 1}: ${status}`);
      if (Date.now() + pause >= deadline) {
        throw new Error(
          `request ${index + 1} of ${settings.traceIds.length} to ${settings.url} still answered ${status} after ${settings.timeoutSeconds} s`,
        );
      }
      await sleep(pause, undefined, { signal });
      status = await request(settings, traceId);
    }
    log(`request ${index + 1} of ${settings.traceIds.length}: 200, trace ${traceId}`);
    if (index + 1 < settings.traceIds.length) {
      await sleep(pause, undefined, { signal });
    }
  }
  return `${settings.traceIds.length} requests answered 200`;
}

/**
 * @param {TrafficSettings} settings
 * @param {string} traceId
 * @returns {Promise<number | string>} the status, or why there was none
 */
function request(settings, traceId) {
  const headers = {
    host: settings.host,
    "x-b3-traceid": traceId,
    "x-b3-spanid": traceId.slice(16),
    "x-b3-sampled": "1",
  };
  return new Promise((resolve) => {
    const { protocol, hostname } = new URL(settings.url);
    // The certificate is the URL's host's; by itself Node would go by the Host header.
    const tls = { ca: settings.ca, servername: isIP(hostname.replace(/[[\]]/g, "")) ? "" : hostname };
    const transport = protocol === "https:" ? https : http;
    const outgoing = transport.get(settings.url, { headers, ...tls }, (response) => {
      response.resume();
      response.on("close", () => settle(response.complete ? (response.statusCode ?? 0) : "answer cut off"));
    });
    outgoing.on("error", (/** @type {NodeJS.ErrnoException} */ error) => settle(error.code ?? error.message));
    const timer = setTimeout(() => outgoing.destroy(new Error("no answer within 10 s")), 10_000);
    const settle = (/** @type {number | string} */ status) => {
      clearTimeout(timer);
      resolve(status);
    };
  });
}

if (process.env.TRAFFIC_SETTINGS !== undefined) {
  const end = (/** @type {string} */ message, /** @type {number} */ code) => {
    console.log(message);
    writeFileSync(process.env.TERMINATION_LOG ?? "/dev/termination-log", message);
    process.exit(code);
  };
  sendTraffic(JSON.parse(process.env.TRAFFIC_SETTINGS), console.log).then(
    (message) => end(message, 0),
    (error) => end(error.message, 1),
  );
}
