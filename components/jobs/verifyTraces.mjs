// Asks Kiali for the traces that the traffic started, by their ids, and for traces of the entry service, over TLS that
// is verified with the cluster's service CA. Runs as a job's only process; its last word is the pod's termination
// message.
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as https from "node:https";

/**
 * @typedef {object} VerificationSettings
 * @property {string} kialiUrl Kiali inside the cluster
 * @property {string[]} traceIds ids that must be found
 * @property {string} namespace namespace of the entry service
 * @property {string} service the entry service
 * @property {number} timeoutSeconds how long to look
 */

/** A failure that looking again cannot mend. */
export class Refused extends Error {}

/**
 * Looks until all traces are there.
 *
 * @param {VerificationSettings} settings
 * @param {{ ca?: string | Buffer, token?: string }} credentials CA of Kiali's certificate and the ServiceAccount's token
 * @param {(line: string) => void} log
 * @returns {Promise<string>} what was found
 * @throws Error that says what was missing, and what to look at
 */
export async function verifyTraces(settings, credentials, log) {
  const deadline = Date.now() + settings.timeoutSeconds * 1000;
  const pause = Math.min(5_000, Math.max(100, settings.timeoutSeconds * 20));
  const missing = new Set(settings.traceIds);
  let found = 0;
  for (;;) {
    let reason;
    try {
      for (const traceId of missing) {
        if (Date.now() >= deadline) {
          break;
        }
        if (names(settings, await ask(settings, credentials, `/api/traces/${traceId}`, deadline))) {
          missing.delete(traceId);
          found += 1;
        }
      }
      if (missing.size === 0 && (await entryServiceFound(settings, credentials, deadline))) {
        return `all ${found} traces are in Kiali, with spans of ${nameOf(settings)}`;
      }
      reason =
        missing.size > 0
          ? `${missing.size} of ${settings.traceIds.length} traces are not in Kiali with spans of ${nameOf(settings)}, for example ${[...missing][0]}`
          : `Kiali has the traces but shows none for ${nameOf(settings)}`;
    } catch (error) {
      if (error instanceof Refused) {
        throw error;
      }
      reason = `Kiali at ${settings.kialiUrl}: ${error.code ?? error.message}`;
    }
    log(reason);
    if (Date.now() + pause >= deadline) {
      throw new Error(
        `${reason} after ${settings.timeoutSeconds} s. Check in this order: Telemetry mesh-default, the mesh's extensionProviders, sidecars of the pods, Tempo's distributor, Kiali's external_services.tracing.`,
      );
    }
    await sleep(pause);
  }
}

/** The search that Kiali's own pages do. */
async function entryServiceFound(settings, credentials, deadline) {
  const startMicros = (Date.now() - 60 * 60 * 1000) * 1000;
  const { namespace, service } = settings;
  const path = `/api/namespaces/${namespace}/services/${service}/traces?startMicros=${startMicros}&tags=&limit=100`;
  return names(settings, await ask(settings, credentials, path, deadline));
}

/** How Istio's proxies name the entry service in their spans. */
function nameOf({ service, namespace }) {
  return `${service}.${namespace}`;
}

/** Whether spans of the entry service are in an answer: the gateway alone reports a span for every request, too. */
function names(settings, answer) {
  const traces = Array.isArray(answer?.data) ? answer.data : [answer?.data];
  return traces.some(
    (trace) => trace?.spans?.length > 0 && JSON.stringify(trace).includes(`"serviceName":"${nameOf(settings)}"`),
  );
}

/** @returns {Promise<any>} the parsed answer, undefined for 404 */
async function ask({ kialiUrl }, { ca, token }, path, deadline) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { status, body } = await get(new URL(path, kialiUrl), { ca, headers }, deadline);
  if (status === 404) {
    return undefined;
  }
  if (status === 401 || status === 403) {
    throw new Refused(`Kiali refuses the job's ServiceAccount (${status}): ${body.slice(0, 300)}`);
  }
  if (status !== 200) {
    throw new Error(`${status} to ${path.split("?")[0]}: ${body.slice(0, 300)}`);
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new Error(`no JSON from ${path.split("?")[0]}: ${body.slice(0, 100)}`);
  }
}

/** One GET, over after 30 s or at the deadline, but not before it had a second. */
function get(url, options, deadline) {
  const limit = Math.min(30_000, Math.max(1_000, deadline - Date.now()));
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (body += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    request.on("error", reject);
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${Math.round(limit / 1000)} s`)), limit);
    request.on("close", () => clearTimeout(timer));
  });
}

if (process.env.VERIFICATION_SETTINGS !== undefined) {
  const end = (message, code) => {
    console.log(message);
    writeFileSync(process.env.TERMINATION_LOG ?? "/dev/termination-log", message);
    process.exit(code);
  };
  const credentials = {
    ca: readFileSync(process.env.SERVICE_CA_FILE),
    token: readFileSync(process.env.TOKEN_FILE ?? "/var/run/secrets/kubernetes.io/serviceaccount/token", "utf8").trim(),
  };
  verifyTraces(JSON.parse(process.env.VERIFICATION_SETTINGS), credentials, console.log).then(
    (message) => end(message, 0),
    (error) => end(error.message, 1),
  );
}
