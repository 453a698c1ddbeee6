// @ts-check
// Asks Kiali for traces, the way its own pages do.
import { httpGet, reasonOf } from "./httpGet.mjs";
import { readTraces } from "./traces.mjs";

/** @typedef {import("../traces.js").Trace} Trace */
/** @typedef {import("../verification.js").TraceSource} TraceSource */
/** @typedef {import("./httpGet.mjs").GetOptions} GetOptions */
/**
 * @typedef {object} TracingInfo what Kiali says of its own tracing settings
 * @property {boolean} enabled
 * @property {boolean} [integration] it has an address to ask
 * @property {string} [provider] `jaeger` or `tempo`; Kiali 1.73 does not say
 */

/**
 * How Kiali words that the backend does not know a trace, in an error of status 500 or 503: with Tempo as provider by
 * Tempo's empty answer, with Jaeger over gRPC by Jaeger's words.
 */
const unknownTrace = /Error returning traces: "|trace not found/;

/** A failure that looking again cannot mend. */
export class Refused extends Error {}

/** @implements {TraceSource} */
export class KialiApi {
  /**
   * @param {string} url base URL, with the web root where Kiali has one
   * @param {GetOptions} credentials whom to trust, and as whom to ask
   */
  constructor(url, credentials) {
    this.url = url;
    this.credentials = credentials;
  }

  /** @param {string} id @param {number} deadline @returns {Promise<Trace | undefined>} */
  async trace(id, deadline) {
    return readTraces(await this.ask(`/api/traces/${id}`, deadline))[0];
  }

  /**
   * @param {string} namespace
   * @param {string} service
   * @param {number} sinceMicros
   * @param {number} deadline
   * @returns {Promise<Trace[]>}
   */
  async search(namespace, service, sinceMicros, deadline) {
    const path = `/api/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}/traces`;
    return readTraces(await this.ask(`${path}?startMicros=${sinceMicros}&tags=&limit=100`, deadline));
  }

  /**
   * Kiali's own tracing settings, as it runs with them.
   *
   * @param {number} deadline in milliseconds since 1970
   * @returns {Promise<TracingInfo | undefined>}
   */
  async tracingInfo(deadline) {
    // Kiali 1.73 has it under its former name.
    return (await this.ask("/api/tracing", deadline)) ?? (await this.ask("/api/jaeger", deadline));
  }

  /**
   * @param {string} path
   * @param {number} deadline
   * @returns {Promise<any>} the parsed answer, undefined where Kiali has nothing of that name
   */
  async ask(path, deadline) {
    const url = new URL(this.url.replace(/\/$/, "") + path);
    const { status, body } = await httpGet(url, this.credentials, deadline).catch((error) => {
      throw new Error(reasonOf(error));
    });
    const asked = path.split("?")[0];
    if (status === 404 || (status >= 500 && unknownTrace.test(body))) {
      return undefined;
    }
    if (status === 401 || status === 403) {
      const account = this.credentials.token === undefined ? "a request without a token" : "this token";
      throw new Refused(`Kiali refuses ${account} (${status}): ${body.slice(0, 300)}`);
    }
    if (status !== 200) {
      throw new Error(`${status} to ${asked}: ${body.slice(0, 300)}`);
    }
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`no JSON from ${asked}: ${body.slice(0, 100)}`);
    }
  }
}
