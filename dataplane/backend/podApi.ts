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
  const api = https.createServer({ cert, key }, (request, response) => {
    const { path, group } = translatePath(request.url ?? "/");
    // What is to be translated must not be compressed.
    const headers = group === undefined ? request.headers : without(request.headers, "accept-encoding");
    const asked = https.request(`${server}${path}`, { method: request.method, headers, agent }, (answer) => {
      const { statusCode = 502 } = answer;
      response.writeHead(statusCode, group === undefined ? answer.headers : without(answer.headers, "content-length"));
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
  });
  // What goes over a kubelet (exec, port forwarding) begins with an upgrade. Refused at once instead of after a long wait.
  api.on("upgrade", (_, socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  return api.listen(port, host);
}

function without(headers: IncomingHttpHeaders, name: string): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
}

if (require.main === module) {
  const { host, port, kubeconfig } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as PodApiSettings;
  servePodApi(host, port, readKubeconfig(kubeconfig));
  process.on("SIGTERM", () => process.exit(0));
}
