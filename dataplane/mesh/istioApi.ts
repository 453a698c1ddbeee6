/**
 * The API server as istiod sees it. This istiod reads Istio's resources in version v1; OpenShift Service Mesh 2.5 serves them in
 * older versions only, and so does the embedded control plane, with the same fields. So istiod speaks to this proxy, which
 * asks for what is served and answers in the version that was asked for. Everything else passes unchanged.
 *
 * Run with the path of its settings: node --import tsx istioApi.ts FILE
 */
import { readFileSync } from "node:fs";
import type * as http from "node:http";
import * as https from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readKubeconfig, type ClusterAccess } from "../../cluster/standins/kubeconfig";

/** What it is told. */
export interface IstioApiSettings {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** PEM: its certificate and key. Clients send no token where they cannot know who gets it. */
  readonly cert: string;
  readonly key: string;
  /** What a client must present as its bearer token: whoever asks here asks as the cluster's administrator. */
  readonly token: string;
  /** Kubeconfig of the API server. */
  readonly kubeconfig: string;
}

/** The version in which OpenShift Service Mesh 2.5 serves each group that istiod 1.27 reads in `v1`. */
export const servedVersions: Readonly<Record<string, string>> = {
  "networking.istio.io": "v1beta1",
  "security.istio.io": "v1beta1",
  "telemetry.istio.io": "v1alpha1",
};

/** The path to ask the API server for, and the group whose version in the answer is to be replaced. */
export function translatePath(path: string): { path: string; group?: string } {
  const [, group, rest] = /^\/apis\/([^/?]+)\/v1([/?].*|)$/.exec(path) ?? [];
  const served = group === undefined ? undefined : servedVersions[group];
  return served === undefined ? { path } : { path: `/apis/${group}/${served}${rest}`, group };
}

/** Puts `v1` into the objects of a group, line by line: a watch is a line an event, everything else is one line. */
export function translateAnswer(group: string): Transform {
  const served = `"apiVersion":"${group}/${servedVersions[group]}"`;
  const wanted = `"apiVersion":"${group}/v1"`;
  let rest = Buffer.alloc(0);
  const translate = (line: Buffer) => line.toString("utf8").replaceAll(served, wanted);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      rest = Buffer.concat([rest, chunk]);
      const end = rest.lastIndexOf("\n") + 1;
      if (end > 0) this.push(translate(rest.subarray(0, end)));
      rest = rest.subarray(end);
      done();
    },
    flush(done) {
      done(undefined, translate(rest));
    },
  });
}

function without(headers: http.IncomingHttpHeaders, ...names: readonly string[]): http.IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** Starts the proxy. */
export function serveIstioApi(settings: Omit<IstioApiSettings, "kubeconfig">, access: ClusterAccess): https.Server {
  const { host, port, cert, key, token } = settings;
  const agent = new https.Agent({ keepAlive: true, ca: access.ca, cert: access.cert, key: access.key });
  const server = https.createServer({ cert, key }, (request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { "content-type": "text/plain" }).end("a bearer token is needed\n");
      return;
    }
    const { path, group } = translatePath(request.url ?? "/");
    // The administrator's certificate speaks for the client, and what is to be translated must not be compressed.
    const headers = without(request.headers, "authorization", "accept-encoding", "host");
    const options = { method: request.method, headers, agent };
    const asked = https.request(`${access.server}${path}`, options, (answer) => {
      const stages = group === undefined ? [] : [translateAnswer(group)];
      response.writeHead(
        answer.statusCode ?? 502,
        group === undefined ? answer.headers : without(answer.headers, "content-length"),
      );
      response.flushHeaders();
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
  return server.listen(port, host);
}

if (require.main === module) {
  const { kubeconfig, ...settings } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as IstioApiSettings;
  serveIstioApi(settings, readKubeconfig(kubeconfig));
  process.on("SIGTERM", () => process.exit(0));
}
