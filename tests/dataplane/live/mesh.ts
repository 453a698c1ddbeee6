import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as http from "node:http";
import { tempoQueryUrl } from "../../../dataplane/backend/tempoApi";
import { traceLoss } from "../../../dataplane/backend/traceLoss";
import type { Pod } from "../../../dataplane/deployed";
import { bookinfoGateway, shortPath, shortPathSpans, type Gateway } from "../../../dataplane/gateway";
import { hasTakenUp, samples } from "../../../dataplane/mesh/proxyAdmin";
import { until, type LiveDataPlane } from "./dataPlane";

/** A span as Tempo has it, as far as tests look at it. */
export interface Span {
  readonly service: string;
  readonly id: string;
  /** Undefined for the span that began the trace. */
  readonly parent: string | undefined;
  readonly kind: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** An answer of Tempo's, in OpenTelemetry's JSON. */
interface TraceAnswer {
  readonly batches: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly kind: string;
        readonly attributes: readonly Attribute[];
      }[];
    }[];
  }[];
}
interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

const values = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ""]));

/** The Telemetry that the program deploys, as kubectl's words for it. */
export const telemetry = ["telemetry", "mesh-default", "-n", "istio-system"];

/** Its tracing, as it is deployed. */
export const deployedTracing = { providers: [{ name: "tempo" }], randomSamplingPercentage: 100 };

/** So many spans a proxy sends at once; with fewer it waits for five seconds (Envoy's tracing.zipkin.min_flush_spans). */
const fullBuffer = 5;

/** The mesh of a live data plane, from outside: requests go in, and their traces are in Tempo or not. */
export class LiveMesh {
  private entry: Promise<Gateway> | undefined;

  constructor(private readonly live: LiveDataPlane) {}

  /**
   * Sends requests that begin traces with ids of their own; the mesh decides which are sampled.
   * @returns the ids
   */
  async requests(count: number, path: string, headers: Record<string, string> = {}): Promise<string[]> {
    this.entry ??= bookinfoGateway(this.live.context.kubectl, this.live.deployed);
    const { address, port, host } = await this.entry;
    const ids = Array.from({ length: count }, () => randomBytes(16).toString("hex"));
    await inTurns(ids, async (id) => {
      const own = { host, "x-b3-traceid": id, "x-b3-spanid": id.slice(16), ...headers };
      assert.equal(await request(`${address}:${port}`, path, own), 200);
    });
    return ids;
  }

  /** A trace's spans; none where Tempo does not have it. */
  async trace(id: string): Promise<Span[]> {
    const response = await fetch(`${tempoQueryUrl(this.live.deployed)}/api/traces/${id}`);
    if (response.status === 404) return [];
    assert.equal(response.status, 200, await response.clone().text());
    const hex = (base64: string) => Buffer.from(base64, "base64").toString("hex");
    return ((await response.json()) as TraceAnswer).batches.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map(({ spanId, parentSpanId, kind, attributes }) => ({
          service: values(resource.attributes)["service.name"] ?? "",
          id: hex(spanId),
          parent: parentSpanId ? hex(parentSpanId) : undefined,
          kind: kind.replace("SPAN_KIND_", ""),
          tags: values(attributes),
        })),
      ),
    );
  }

  /**
   * Which of these traces of {@link shortPath} are in Tempo. It is asked when one that was begun later, and is sampled whatever
   * the mesh decides, is there with all its spans: by then each proxy has sent what it had before.
   */
  async found(ids: readonly string[]): Promise<string[]> {
    const sampled = { "x-b3-sampled": "1" };
    const [later = ""] = await this.requests(1, shortPath, sampled);
    await this.requests(fullBuffer, shortPath, sampled);
    await until(`the trace ${later} is complete`, async () => (await this.trace(later)).length === shortPathSpans);
    const { lost } = await traceLoss(ids, async (id) => (await this.trace(id)).length > 0);
    return ids.filter((id) => !lost.includes(id));
  }

  /** Changes the deployed Telemetry and waits until every proxy goes by it. */
  async setTracing(tracing: object, percent: number | undefined): Promise<void> {
    const patch = JSON.stringify({ spec: { tracing: [tracing] } });
    await this.live.cluster.kubectl("patch", ...telemetry, "--type=merge", "-p", patch);
    await this.proxiesSample(percent);
  }

  /** Waits until every proxy of the mesh traces this share of the requests, in percent; undefined for none at all. */
  async proxiesSample(percent: number | undefined): Promise<void> {
    const { items } = await this.live.cluster.get<{ items: Pod[] }>("pods", "-n", "bookinfo");
    const pods = [...items, await this.live.pod("istio-system", "istio=ingressgateway")];
    await inTurns(pods, (pod) => this.proxyHas(pod, `samples ${percent ?? "nothing"}`, samples(percent)));
  }

  /** Waits until the proxy of a pod has a configuration of which this holds. */
  async proxyHas({ metadata: { namespace, name } }: Pod, what: string, holds: (config: string) => boolean) {
    const space = this.live.context.network.namespaceOf(`${namespace}.${name}`);
    await until(`the proxy of ${name} ${what}`, () => hasTakenUp(space, holds));
  }
}

/** Does something with each item, a few at a time: Tempo refuses a longer queue. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

/** Asks an address for a path and returns the status of the answer. */
export function request(address: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const asked = http.get({ host, port, path, headers, agent: false, timeout: 30_000 }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 30 s"))).on("error", reject);
  });
}
