// What the Bookinfo services share: an HTTP server on the pod's port, requests to other services, forwarded headers.
import { readFileSync } from "node:fs";
import * as http from "node:http";

/**
 * @typedef {object} Settings
 * @property {number} port where the service listens
 * @property {Record<"details" | "reviews" | "ratings", string>} services where to ask the others, by name
 * @property {string} [podName] the pod's name, as reviews shows it
 * @property {"black" | "red"} [starColor] reviews: colour of the stars; without it the service does not ask ratings
 */

/** The settings, whose file is the program's one argument. @returns {Settings} */
export const readSettings = () => JSON.parse(readFileSync(process.argv[2], "utf8"));

/**
 * Headers of an incoming request that every outgoing one must carry, or its trace is torn: those that Istio's Bookinfo
 * forwards (samples/bookinfo/src/reviews, LibertyRestEndpoint.java, of release 1.27).
 */
const forwarded = [
  "x-request-id",
  ...["x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"],
  ...["traceparent", "tracestate"],
  ...["x-ot-span-context", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority"],
  ...["x-cloud-trace-context", "grpc-trace-bin", "sw8"],
  ...["end-user", "user-agent", "cookie", "authorization", "jwt"],
];

/** The headers to send on. @param {http.IncomingHttpHeaders} headers of the incoming request */
export const forwardHeaders = (headers) =>
  Object.fromEntries(forwarded.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));

/**
 * Asks another service, over a connection of its own as the originals do.
 *
 * @param {number} timeout milliseconds
 * @returns {Promise<{ status: number, body?: unknown }>} its answer; status 500 without a body where there is none
 */
export function ask(url, headers, timeout) {
  return new Promise((resolve) => {
    const request = http.get(url, { headers, agent: false, timeout }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("close", () => {
        if (response.statusCode !== 200) return resolve({ status: response.statusCode });
        try {
          resolve({ status: 200, body: JSON.parse(text) });
        } catch {
          resolve({ status: 500 });
        }
      });
    });
    request.on("timeout", () => request.destroy());
    request.on("error", (error) => {
      console.log(`${url}: ${error.message}`);
      resolve({ status: 500 });
    });
  });
}

/** An answer in JSON. */
export const json = (body, status = 200) => ({ status, type: "application/json", text: JSON.stringify(body) });

/** An answer that people read. */
export const html = (text) => ({ status: 200, type: "text/html; charset=utf-8", text });

/**
 * Serves until it is told to end.
 *
 * @param {number} port
 * @param {Record<string, (request: http.IncomingMessage, parameter: string) => object>} routes answers by `METHOD /path`; a
 *   path's `*` stands for one segment, the parameter
 */
export function serve(port, routes) {
  const table = Object.entries(routes).map(([route, answer]) => ({
    pattern: new RegExp(`^${route.replace("*", "([^/]+)")}$`),
    answer,
  }));
  const server = http.createServer(async (request, response) => {
    const asked = `${request.method} ${new URL(request.url, "http://localhost").pathname}`;
    console.log(asked);
    for (const { pattern, answer } of table) {
      const match = pattern.exec(asked);
      if (!match) continue;
      const { status, type, text, headers } = await answer(request, match[1]);
      return response.writeHead(status, { "content-type": type, ...headers }).end(text);
    }
    response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
  });
  server.listen(port);
  process.on("SIGTERM", () => server.close(() => process.exit(0)));
}
