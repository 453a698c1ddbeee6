import { setTimeout as sleep } from "node:timers/promises";
import { interrupted, UserError } from "../cluster/interruption";
import type { Kubectl } from "../cluster/kubectl";
import { step } from "../cluster/progress";
import { addressOf } from "../dataplane/backend/context";
import { tempoMetric, tempoPod, tempoQueryUrl } from "../dataplane/backend/tempoApi";
import { hasTrace, traceLoss } from "../dataplane/backend/traceLoss";
import { bookinfoGateway, type Gateway } from "../dataplane/gateway";
import { readMesh, type DeployedMesh } from "../dataplane/mesh/deployedMesh";
import { realPods } from "../dataplane/mesh/pods";
import { hasTakenUp, samples } from "../dataplane/mesh/proxyAdmin";
import type { PodNetwork } from "../dataplane/network";
import { secondsOf } from "./measure";
import { MeshClient, sendLoad, SpanClient, type Client } from "./meshLoad";

/** What arrived of a load of traces. */
export interface Throughput {
  /** The way that it took. */
  readonly path: string;
  /** How long the load lasted. */
  readonly seconds: number;
  readonly traces: number;
  /** How often Tempo refused one, which was sent again then. */
  readonly refused: number;
  /** Spans that Tempo had accepted when the load ended. */
  readonly acceptedMeanwhile: number;
  /** Spans that it had accepted when nothing more came. */
  readonly accepted: number;
  /** Spans that the traces should have. */
  readonly expected: number;
  /** Of how many traces it was asked whether Tempo has them, and of how many it did not. */
  readonly looked: number;
  readonly missing: number;
}

/** How long requests took with one share of them traced, in milliseconds. */
export interface Latency {
  /** In percent. */
  readonly sampling: number;
  readonly milliseconds: readonly number[];
}

/** What is measured of tracing by itself. */
export interface TraceCost {
  readonly throughputs: readonly Throughput[];
  /** The first one is that without tracing. */
  readonly latencies: readonly Latency[];
}

/** The shares of requests that are compared, in percent; that without tracing first. */
const samplings = [0, 10, 100];

/** Requests of one turn at one sampling, after some that are not counted. */
const turn = { warmUp: 50, requests: 300 };

/** A load that two cores are busy with. */
const load = { clients: 8, seconds: 20 };

/** Traces that are looked for one by one after the load. */
const lookedFor = 100;

/** A mesh whose data plane runs. */
export class TracedMesh {
  private constructor(
    private readonly kubectl: Kubectl,
    private readonly network: PodNetwork,
    private readonly deployed: DeployedMesh,
    private readonly gateway: Gateway,
  ) {}

  /** Reads what is deployed. */
  static async open(kubectl: Kubectl, network: PodNetwork): Promise<TracedMesh> {
    const deployed = await readMesh(kubectl);
    return new TracedMesh(kubectl, network, deployed, await bookinfoGateway(kubectl, deployed));
  }

  /** Measures latency and throughput, both through the mesh, and throughput without it. */
  async measure(runs: number): Promise<TraceCost> {
    const latencies = await this.latencies(runs);
    await this.setSampling(100);
    const receiver = addressOf(tempoPod(this.deployed, "distributor"));
    const throughputs = [
      await this.throughput("through the mesh", () => new MeshClient(this.gateway)),
      await this.throughput("straight to Tempo", () => new SpanClient(receiver)),
    ];
    return { throughputs, latencies };
  }

  /** The samplings take turns, so that what else happens on the machine meets all of them. */
  private async latencies(runs: number): Promise<Latency[]> {
    const latencies = samplings.map((sampling) => ({ sampling, milliseconds: [] as number[] }));
    // Services and proxies get faster with their first requests.
    await step("warming up", () => this.requestTimes());
    for (let run = 1; run <= runs; run++) {
      for (const { sampling, milliseconds } of latencies) {
        await this.setSampling(sampling);
        const title = `${turn.requests} requests at ${sampling} % (${run} of ${runs})`;
        milliseconds.push(...(await step(title, () => this.requestTimes())));
      }
    }
    return latencies;
  }

  private async requestTimes(): Promise<number[]> {
    const client = new MeshClient(this.gateway);
    try {
      const seconds: number[] = [];
      for (let request = 0; request < turn.warmUp + turn.requests; request++) {
        interrupted.throwIfAborted();
        seconds.push(await secondsOf(() => client.send()));
      }
      return seconds.slice(turn.warmUp).map((time) => time * 1000);
    } finally {
      client.close();
    }
  }

  private async throughput(path: string, newClient: () => Client): Promise<Throughput> {
    const count = (name: string, without?: string) =>
      tempoMetric(this.deployed, "distributor", `tempo_${name}`, without);
    // What is beyond the rate is refused before it is received, and sent again.
    const accepted = async () =>
      (await count("distributor_spans_received_total")) - (await count("discarded_spans_total", "rate_limited"));
    // What was sent before is with Tempo by then.
    const before = await settled(accepted);
    const clients = Array.from({ length: load.clients }, newClient);
    let traceIds: string[] = [];
    const seconds = await step(`${load.clients} clients for ${load.seconds} s, ${path}`, () =>
      secondsOf(async () => {
        traceIds = await sendLoad(clients, load.seconds);
      }),
    );
    const acceptedMeanwhile = (await accepted()) - before;
    const total = (await settled(accepted)) - before;
    const looked = traceIds.filter((_, index) => index % Math.ceil(traceIds.length / lookedFor) === 0);
    const { lost } = await traceLoss(looked, (id) => hasTrace(tempoQueryUrl(this.deployed), id));
    return {
      path,
      seconds,
      traces: traceIds.length,
      refused: clients.reduce((sum, client) => sum + client.refused, 0),
      acceptedMeanwhile,
      accepted: total,
      expected: traceIds.length * clients[0]!.spans,
      looked: looked.length,
      missing: lost.length,
    };
  }

  /** Changes the Telemetry and waits until every proxy goes by it. */
  private async setSampling(percent: number): Promise<void> {
    const tracing = [{ providers: [{ name: "tempo" }], randomSamplingPercentage: percent }];
    const patch = JSON.stringify({ spec: { tracing } });
    const { namespace } = this.deployed.controlPlane.metadata;
    await this.kubectl.run(["patch", "telemetry", "mesh-default", "-n", namespace, "--type=merge", "-p", patch]);
    for (const { name, proxy } of realPods(this.deployed)) {
      if (proxy === undefined) continue;
      const deadline = Date.now() + 60_000;
      while (!(await hasTakenUp(this.network.namespaceOf(name), samples(percent)))) {
        if (Date.now() > deadline) throw new UserError(`the proxy of ${name} does not sample ${percent} % within 60 s`);
        await sleep(200, undefined, { signal: interrupted });
      }
    }
  }
}

/** Proxies hold a few spans back for five seconds. */
const longestPause = 7_000;

/** Waits until a count has stood still, and returns it. */
async function settled(count: () => Promise<number>): Promise<number> {
  let last = await count();
  for (let since = Date.now(); Date.now() - since < longestPause;) {
    await sleep(500, undefined, { signal: interrupted });
    const now = await count();
    if (now !== last) since = Date.now();
    last = now;
  }
  return last;
}
