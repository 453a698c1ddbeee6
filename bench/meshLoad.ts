import { randomBytes } from "node:crypto";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { interrupted } from "../cluster/interruption";
import { shortPath, shortPathSpans, type Gateway } from "../dataplane/gateway";

/** One that sends again and again on a connection that stays. */
export abstract class Client {
  /** Spans that each trace gets. */
  abstract readonly spans: number;
  /** How often it was refused and sent the same again. */
  refused = 0;
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  /**
   * Sends once, and waits for the answer.
   * @returns the id of the trace that this began
   */
  abstract send(): Promise<string>;

  /** Closes the connection. */
  close(): void {
    this.agent.destroy();
  }

  /**
   * Sends a request, and returns when the whole answer is there; fails where that has none of these statuses.
   * @returns the status
   */
  protected request(options: http.RequestOptions, wanted: readonly number[], body = ""): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = http.request({ ...options, agent: this.agent, timeout: 30_000 }, (response) => {
        const { statusCode = 0 } = response;
        response.resume().on("end", () => {
          if (wanted.includes(statusCode)) resolve(statusCode);
          else reject(new Error(`${options.host} answered ${statusCode}`));
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
  readonly spans = shortPathSpans;

  constructor(private readonly gateway: Gateway) {
    super();
  }

  async send(): Promise<string> {
    const { address, port, host } = this.gateway;
    const traceId = newTraceId();
    const headers = { host, "x-b3-traceid": traceId, "x-b3-spanid": traceId.slice(16) };
    await this.request({ host: address, port, path: shortPath, headers }, [200]);
    return traceId;
  }
}

/**
 * Milliseconds between two tries of a trace that Tempo's receiver refused, and after which it is an error. It answers 500 to
 * what is beyond its rate of 15 MB a second (ingestion_rate_limit_bytes).
 */
const [pause, longestRefusal] = [50, 10_000];

/**
 * A client of Tempo, as a proxy is: sends finished spans to its receiver. The traces are large ones, since Tempo has room for ten
 * thousand at once and discards what comes beyond (max_traces_per_user).
 */
export class SpanClient extends Client {
  readonly spans = 100;

  /** @param receiver address of the receiver */
  constructor(private readonly receiver: string) {
    super();
  }

  async send(): Promise<string> {
    const traceId = newTraceId();
    const headers = { "content-type": "application/json" };
    const options = { method: "POST", host: this.receiver, port: 9411, path: "/api/v2/spans", headers };
    const body = JSON.stringify(spansOf(traceId, this.spans));
    const deadline = Date.now() + longestRefusal;
    while ((await this.request(options, Date.now() < deadline ? [202, 500] : [202], body)) === 500) {
      this.refused++;
      await sleep(pause, undefined, { signal: interrupted });
    }
    return traceId;
  }
}

/** Spans as Envoy's Zipkin tracer makes them. */
function spansOf(traceId: string, count: number): object[] {
  const ids = Array.from({ length: count }, () => randomBytes(8).toString("hex"));
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
      traceIds.push(await client.send());
    }
  };
  try {
    await Promise.all(clients.map(work));
  } finally {
    clients.forEach((client) => client.close());
  }
  return traceIds;
}
