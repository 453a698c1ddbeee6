import { randomBytes } from "node:crypto";
import http from "node:http";
import { interrupted } from "../cluster/interruption";
import { shortPath, shortPathSpans, type Gateway } from "../dataplane/gateway";

/** One that sends again and again on a connection that stays. */
export abstract class Client {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  /**
   * Sends once, and waits for the answer.
   * @returns the ids of the traces that this began
   */
  abstract send(): Promise<string[]>;

  /** Closes the connection. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends a request, and returns when the whole answer is there; fails where it is not of this status. */
  protected request(options: http.RequestOptions, wanted: number, body = ""): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = http.request({ ...options, agent: this.agent, timeout: 30_000 }, (response) => {
        response.resume().on("end", () => {
          if (response.statusCode === wanted) resolve();
          else reject(new Error(`${options.host} answered ${response.statusCode}`));
        });
      });
      request.on("timeout", () => request.destroy(new Error("no answer within 30 s"))).on("error", reject);
      request.end(body);
    });
  }
}

const newTraceId = () => randomBytes(16).toString("hex");

/** A client of the mesh: each request begins a trace, and the mesh decides whether it is sampled. */
export class MeshClient extends Client {
  constructor(private readonly gateway: Gateway) {
    super();
  }

  async send(): Promise<string[]> {
    const { address, port, host } = this.gateway;
    const traceId = newTraceId();
    const headers = { host, "x-b3-traceid": traceId, "x-b3-spanid": traceId.slice(16) };
    await this.request({ host: address, port, path: shortPath, headers }, 200);
    return [traceId];
  }
}

/** Traces that a {@link SpanClient} sends at once. */
const tracesAtOnce = 25;

/** A client of Tempo, as a proxy is: sends finished spans to its receiver, as many a trace as the mesh makes. */
export class SpanClient extends Client {
  /** @param receiver address of the receiver */
  constructor(private readonly receiver: string) {
    super();
  }

  async send(): Promise<string[]> {
    const traceIds = Array.from({ length: tracesAtOnce }, newTraceId);
    const headers = { "content-type": "application/json" };
    const options = { method: "POST", host: this.receiver, port: 9411, path: "/api/v2/spans", headers };
    await this.request(options, 202, JSON.stringify(traceIds.flatMap(spansOf)));
    return traceIds;
  }
}

/** Spans as Envoy's Zipkin tracer makes them. */
function spansOf(traceId: string): object[] {
  const ids = Array.from({ length: shortPathSpans }, () => randomBytes(8).toString("hex"));
  return ids.map((id, index) => ({
    traceId,
    id,
    parentId: ids[index - 1],
    kind: index % 2 === 0 ? "CLIENT" : "SERVER",
    name: "details.bookinfo.svc.cluster.local:9080/*",
    timestamp: Date.now() * 1000,
    duration: 1000,
    localEndpoint: { serviceName: "details.bookinfo", ipv4: "10.0.0.1", port: 0 },
    tags: {
      component: "proxy",
      "http.method": "GET",
      "http.status_code": "200",
      "http.url": `http://details:9080${shortPath}`,
      "istio.canonical_revision": "v1",
      "istio.namespace": "bookinfo",
      upstream_cluster: "outbound|9080||details.bookinfo.svc.cluster.local",
    },
  }));
}

/**
 * Sends from several clients at once, each as fast as it gets answers.
 * @returns the ids of all traces that were begun
 */
export async function sendLoad(clients: readonly Client[], seconds: number): Promise<string[]> {
  const traceIds: string[] = [];
  const end = Date.now() + seconds * 1000;
  const work = async (client: Client) => {
    while (Date.now() < end) {
      interrupted.throwIfAborted();
      traceIds.push(...(await client.send()));
    }
  };
  try {
    await Promise.all(clients.map(work));
  } finally {
    clients.forEach((client) => client.close());
  }
  return traceIds;
}
