// @ts-check
// Reads objects from inside a pod, with what its ServiceAccount may read.
import { readFileSync } from "node:fs";
import { httpGet } from "./httpGet.mjs";

/** @typedef {import("../tracingChain.js").ObjectReader} ObjectReader */

/**
 * @param {string} folder with the account's `token` and the API server's `ca.crt`
 * @param {number} deadline when answers are no longer of use, in milliseconds since 1970
 * @returns {ObjectReader}
 */
export function inCluster(folder, deadline) {
  // The kubelet sets them; the Service's name is the same server.
  const { KUBERNETES_SERVICE_HOST: host = "kubernetes.default.svc", KUBERNETES_SERVICE_PORT: port = "443" } =
    process.env;
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    async get(path) {
      const ca = readFileSync(`${folder}/ca.crt`);
      const token = readFileSync(`${folder}/token`, "utf8").trim();
      const { status, body } = await httpGet(new URL(path, server), { ca, token }, deadline);
      if (status === 404) {
        return undefined;
      }
      if (status !== 200) {
        throw new Error(`the API server answered ${status} to GET ${path}`);
      }
      return JSON.parse(body);
    },
  };
}
