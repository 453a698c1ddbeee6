/**
 * The API server as pods see it: at the host's address in their network, under its own name and with its own certificate.
 * Who asks is judged by the API server itself. Kiali 1.89 reads Istio's resources in version v1, like the istiod that runs
 * here; so they are translated as for that one (see ../mesh/istioApi.ts).
 *
 * Run with the path of its settings: node --import tsx podApi.ts FILE
 */
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import * as https from "node:https";
import { pipeline } from "node:stream/promises";
import * as tls from "node:tls";
import { readKubeconfig, type ClusterAccess } from "../../cluster/standins/kubeconfig";
import { translateAnswer, translatePath } from "../mesh/istioApi";

/** What it is told. */
export interface PodApiSettings {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Kubeconfig of the API server, whose client certificate is that with which the server answers. */
  readonly kubeconfig: string;
}

/** Starts it. */
export function servePodApi(host: string, port: number, { server, ca, cert, key }: ClusterAccess): https.Server {
  const agent = new https.Agent({ keepAlive: true, ca });
  const api = new URL(server);
  return https
    .createServer({ cert, key }, (request, response) => {
      const { path, group } = translatePath(request.url ?? "/");
      // What is to be translated must not be compressed.
      const headers = group === undefined ? request.headers : without(request.headers, "accept-encoding");
      const asked = https.request(`${server}${path}`, { method: request.method, headers, agent }, (answer) => {
        const { statusCode = 502 } = answer;
        response.writeHead(
          statusCode,
          group === undefined ? answer.headers : without(answer.headers, "content-length"),
        );
        response.flushHeaders();
        const stages = group === undefined ? [] : [translateAnswer(group)];
        // A client that turns away from a watch is no error here.
        pipeline([answer, ...stages, response]).catch(() => undefined);
      });
      asked.on("error", (error) => {
        if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
        response.end(`${error.message}\n`);
      });
      response.on("close", () => asked.destroy());
      request.pipe(asked);
    })
    .on("upgrade", (request, socket, head) => {
      // Kiali forwards a port of istiod's pod: another protocol on the same connection, handed on as it comes.
      const { method, url, httpVersion, rawHeaders } = request;
      const fields = rawHeaders.map((text, index) => text + (index % 2 === 0 ? ": " : "\r\n")).join("");
      const upstream = tls.connect({ host: api.hostname, port: Number(api.port), ca });
      upstream.write(`${method} ${url} HTTP/${httpVersion}\r\n${fields}\r\n`);
      upstream.write(head);
      pipeline(upstream, socket, upstream).catch(() => undefined);
    })
    .listen(port, host);
}

function without(headers: IncomingHttpHeaders, name: string): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
}

if (require.main === module) {
  const { host, port, kubeconfig } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as PodApiSettings;
  servePodApi(host, port, readKubeconfig(kubeconfig));
  process.on("SIGTERM", () => process.exit(0));
}
