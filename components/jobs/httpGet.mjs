// @ts-check
// One GET over HTTP or HTTPS, bounded in time.
import * as http from "node:http";
import * as https from "node:https";

/**
 * @typedef {object} GetOptions
 * @property {string | Buffer} [ca] certificate authorities to trust, PEM; the system's where absent
 * @property {string} [token] bearer token, sent over TLS or to this machine itself only
 */

/**
 * Asks once; over after 30 s or at the deadline, but not before it had a second.
 *
 * @param {URL} url
 * @param {GetOptions} options
 * @param {number} deadline in milliseconds since 1970
 * @returns {Promise<{ status: number, body: string }>}
 * @throws Error with the reason where there is no answer
 */
export function httpGet(url, { ca, token }, deadline) {
  const isLocal = /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (token !== undefined && url.protocol !== "https:" && !isLocal) {
    return Promise.reject(new Error(`a token is not sent in plain text: ${url.origin} must begin with https`));
  }
  const limit = Math.min(30_000, Math.max(1_000, deadline - Date.now()));
  const headers = { accept: "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const transport = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const request = transport.get(url, { ca, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (body += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${Math.round(limit / 1000)} s`)), limit);
    request.on("close", () => clearTimeout(timer));
  });
}

/**
 * An error in a word or two: its code, such as ECONNREFUSED, where it has one.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function reasonOf(error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  return code ?? message;
}
