import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startDataPlane } from "../../dataplane/dataPlane";
import type { Pod } from "../../dataplane/deployed";
import { PodNetwork } from "../../dataplane/network";
import { LiveCluster } from "../helpers/liveCluster";
import { PulumiProject } from "../helpers/pulumiProject";

const execute = promisify(execFile);

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

/** A part of what Envoy says of its configuration. */
interface ProxyConfig {
  readonly dynamic_listeners?: readonly { readonly active_state?: object }[];
  readonly dynamic_route_configs?: readonly object[];
}

/** A path that two services of Bookinfo answer, always the same: four spans with the gateway's. */
export const shortPath = "/api/v1/products/0";

const values = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ""]));

/** The dev stack on a control plane of its own, with its data plane. */
export class LiveTraces {
  /** The pod that answers for Tempo. */
  private tempo: Promise<Pod> | undefined;

  private constructor(
    readonly name: string,
    readonly cluster: LiveCluster,
    private readonly project: PulumiProject,
  ) {}

  /** Deploys and starts everything; ends what there is already where that fails. */
  static async start(): Promise<LiveTraces> {
    const name = `tests-${process.pid}`;
    const cluster = await LiveCluster.start(name);
    const project = new PulumiProject(cluster.env);
    try {
      await project.init("dev");
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
      assert.equal(code, 0, output);
      await startDataPlane(name);
      return new LiveTraces(name, cluster, project);
    } catch (error) {
      project.remove();
      await cluster.stop();
      throw error;
    }
  }

  /** Ends everything, data plane and all, and removes its data. */
  async stop(): Promise<void> {
    this.project.remove();
    await this.cluster.stop();
  }

  /** The one running pod with these labels. */
  async pod(namespace: string, labels: string): Promise<Pod> {
    const selection = ["-n", namespace, "-l", labels, "--field-selector", "status.phase=Running"];
    const { items } = await this.cluster.get<{ items: Pod[] }>("pods", ...selection);
    assert.equal(items.length, 1, `${items.length} pods of ${namespace} have ${labels}`);
    return items[0]!;
  }

  /** Address of the ingress gateway, and the host that it routes by. */
  private async gateway(): Promise<{ address: string; host: string }> {
    const route = ["route", "bookinfo-productpage", "-n", "istio-system"];
    const { spec } = await this.cluster.get<{ spec: { host: string } }>(...route);
    const { status } = await this.pod("istio-system", "istio=ingressgateway");
    return { address: `${status?.podIP}:8080`, host: spec.host };
  }

  /**
   * Sends requests that begin traces with ids of their own; the mesh decides which are sampled.
   * @returns the ids
   */
  async requests(count: number, path: string, headers: Record<string, string> = {}): Promise<string[]> {
    const { address, host } = await this.gateway();
    const ids = Array.from({ length: count }, () => randomBytes(16).toString("hex"));
    await inTurns(ids, async (id) => {
      const own = { host, "x-b3-traceid": id, "x-b3-spanid": id.slice(16), ...headers };
      assert.equal(await request(address, path, own), 200);
    });
    return ids;
  }

  /** A trace's spans; none where Tempo does not have it. */
  async trace(id: string): Promise<Span[]> {
    this.tempo ??= this.pod("tracing-system", "app.kubernetes.io/component=query-frontend");
    const response = await fetch(`http://${(await this.tempo).status?.podIP}:3200/api/traces/${id}`);
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
    const [later = ""] = await this.requests(1, shortPath, { "x-b3-sampled": "1" });
    await until(`the trace ${later} is complete`, async () => (await this.trace(later)).length === 4);
    const traces: string[] = [];
    await inTurns(ids, async (id) => {
      if ((await this.trace(id)).length > 0) traces.push(id);
    });
    return traces;
  }

  /** Asks the administration of a pod's proxy, which answers inside of the pod alone. */
  private async askProxy(pod: Pod, path: string): Promise<string> {
    const { namespace, name } = pod.metadata;
    const network = new PodNetwork(this.cluster.folder.root);
    const ask = `fetch("http://127.0.0.1:15000${path}").then((r) => r.text()).then((t) => process.stdout.write(t))`;
    const args = ["netns", "exec", network.namespaceOf(`${namespace}.${name}`), process.execPath, "-e", ask];
    return (await execute("ip", args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** What a pod's proxy goes by: its listeners and routes. */
  private async proxyConfig(pod: Pod): Promise<string> {
    const { configs } = JSON.parse(await this.askProxy(pod, "/config_dump")) as { configs: ProxyConfig[] };
    // A listener that is being drained has the former configuration still.
    const listeners = configs.flatMap(({ dynamic_listeners = [] }) =>
      dynamic_listeners.map(({ active_state }) => active_state),
    );
    const routes = configs.flatMap(({ dynamic_route_configs = [] }) => dynamic_route_configs);
    return JSON.stringify([listeners, routes]);
  }

  /** Whether a proxy still serves connections by a configuration that was replaced. */
  private async isDraining(pod: Pod): Promise<boolean> {
    const stats = await this.askProxy(pod, "/stats?filter=listener_manager.*draining");
    assert.match(stats, /total_filter_chains_draining/);
    return / [1-9]\d*$/m.test(stats);
  }

  /** Waits until every proxy of the mesh has a configuration of which this holds. */
  async proxiesHave(what: string, holds: (config: string) => boolean): Promise<void> {
    const { items } = await this.cluster.get<{ items: Pod[] }>("pods", "-n", "bookinfo");
    const pods = [...items, await this.pod("istio-system", "istio=ingressgateway")];
    for (const pod of pods) await this.proxyHas(pod, what, holds);
  }

  /** Waits until the proxy of a pod has a configuration of which this holds. */
  async proxyHas(pod: Pod, what: string, holds: (config: string) => boolean): Promise<void> {
    await until(
      `the proxy of ${pod.metadata.name} ${what}`,
      async () => holds(await this.proxyConfig(pod)) && !(await this.isDraining(pod)),
    );
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

/** The share of requests that each of a proxy's listeners traces, in percent; empty where none does. */
export function samplingIn(config: string): number[] {
  return [...config.matchAll(/"random_sampling":\{(?:"value":([\d.]+))?\}/g)].map(([, value]) => Number(value ?? 0));
}

/** Waits until something holds, however slow the machine is. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await holds()); attempt++) {
    assert.ok(attempt < 600, `not within five minutes: ${what}`);
    await sleep(500);
  }
}
