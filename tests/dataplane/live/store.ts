import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { runningPods } from "../../../dataplane/backend/context";
import { jobsWith, runJob, type JobResult, type JobRun } from "../../../dataplane/backend/jobs";
import type { ContainerProcess } from "../../../dataplane/backend/pods";
import { askTempo, tempoMetric, tempoQueryUrl } from "../../../dataplane/backend/tempoApi";
import { describeLoss, hasTrace, traceLoss } from "../../../dataplane/backend/traceLoss";
import type { Deployed, Pod } from "../../../dataplane/deployed";
import { apiServerEnvironment } from "../../../dataplane/hosts";
import { until, type LiveDataPlane } from "./dataPlane";

/** Where the trace store is deployed. */
const namespace = "tracing-system";

/** The trace store and console of a live data plane, each process by itself. */
export class LiveStore {
  constructor(private readonly live: LiveDataPlane) {}

  private get deployed(): Deployed {
    return this.live.deployed;
  }

  /** A process by its name. */
  process(name: string): ContainerProcess {
    const found = this.live.backend.processes.find((process) => process.name === name);
    assert.ok(found, `there is no process ${name}`);
    return found;
  }

  /** The pod of MinIO or Kiali. */
  pod(application: "minio" | "kiali"): Pod {
    return runningPods(this.deployed, { "app.kubernetes.io/name": application }, application)[0]!;
  }

  /** Address and port of one of the trace store's Services, as proxies learn them. */
  async endpoint(service: string, portName: string): Promise<string> {
    const selector = `kubernetes.io/service-name=${service}`;
    const { items } = await this.live.cluster.get<{
      items: { ports: { name: string; port: number }[]; endpoints: { addresses: string[] }[] }[];
    }>("endpointslices", "-n", namespace, "-l", selector);
    const port = items[0]?.ports.find(({ name }) => name === portName)?.port;
    return `http://${items[0]?.endpoints[0]?.addresses[0]}:${port}`;
  }

  /** Sends traces of three spans each to the deployed Service, and returns their ids once all are acknowledged. */
  async send(count: number): Promise<string[]> {
    const url = `${await this.endpoint("tempo-simplest-distributor", "http-zipkin")}/api/v2/spans`;
    const ids = Array.from({ length: count }, () => randomBytes(16).toString("hex"));
    for (const id of ids) {
      const root = span(id, "productpage.bookinfo");
      const others = ["details.bookinfo", "reviews.bookinfo"].map((service) => span(id, service, root.id));
      const body = JSON.stringify([root, ...others]);
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      assert.equal(response.status, 202, await response.text());
    }
    return ids;
  }

  /** Runs the deployed verification job, which asks Kiali, for these traces; for as long as the job has by default. */
  async verify(traceIds: readonly string[], timeoutSeconds = 180): Promise<JobResult> {
    const [job] = jobsWith(this.deployed, { "app.kubernetes.io/name": "verification" });
    const { env } = job!.spec.template.spec.containers[0]!;
    const settings = JSON.parse(env!.find(({ name }) => name === "VERIFICATION_SETTINGS")!.value!) as object;
    return this.runJob("verification", {
      beside: this.pod("kiali").metadata.name,
      program: process.execPath,
      env: {
        VERIFICATION_SETTINGS: JSON.stringify({ ...settings, traceIds, timeoutSeconds }),
        ...apiServerEnvironment(this.live.context.apiServerPort),
      },
    });
  }

  /** Fails unless every trace is there, for Tempo and for the deployed verification. */
  async assertNothingLost(sent: readonly string[]): Promise<void> {
    const loss = await traceLoss(sent, this.isFound);
    assert.deepEqual(loss.lost, [], describeLoss(loss));
    const { code, output } = await this.verify(sent);
    assert.equal(code, 0, output);
  }

  /** Runs commands of MinIO's administrator, with the client and the credentials of the deployed job. */
  async administrate(command: string): Promise<void> {
    const login = `printf '%s\\n%s\\n' "$ROOT_USER" "$ROOT_PASSWORD" | mc alias set store "$ENDPOINT" >/dev/null`;
    const { code, output } = await this.runJob("minio", {
      beside: this.pod("minio").metadata.name,
      program: "/bin/sh",
      args: ["-euc", `${login}\n${command}`],
      image: { "/opt/minio/mc": this.live.context.program("mc") },
      env: { PATH: "/opt/minio:/usr/bin:/bin" },
    });
    assert.equal(code, 0, output);
  }

  /** Whether Tempo has a trace. */
  readonly isFound = (traceId: string) => hasTrace(tempoQueryUrl(this.deployed), traceId);

  /** Asks the ingester, as another component of Tempo does. */
  askIngester(path: string): Promise<string> {
    return askTempo(this.deployed, "ingester", path);
  }

  /** What the ingester counts under a name. */
  metric(name: string): Promise<number> {
    return tempoMetric(this.deployed, "ingester", `tempo_ingester_${name}`);
  }

  /** Has the ingester write what it has, which is not nothing, to the object store, and returns when it is there. */
  async storeEverything(): Promise<void> {
    const stored = await this.metric("blocks_flushed_total");
    await this.askIngester("/flush");
    await this.stored(stored);
  }

  /** Waits until more blocks than these are in the object store, and none is left for it. */
  async stored(blocks: number): Promise<void> {
    await until("a block is stored", async () => (await this.metric("blocks_flushed_total")) > blocks);
    await until("none is left", async () => (await this.metric("flush_queue_length")) === 0);
  }

  /** Ends the ingester, in its own time unless a signal is given, and starts it again on its volume, or as it is told. */
  async restartIngester(signal?: "SIGKILL", begin = (ingester: ContainerProcess) => ingester.begin()): Promise<void> {
    const ingester = this.process("tempo-ingester");
    if (signal) process.kill(ingester.process.pid!, signal);
    await ingester.end();
    begin(ingester);
    // It says that it is ready a quarter of a minute after the others have it do its work.
    const works = async () => {
      const [probe = ""] = await this.send(1);
      return this.isFound(probe);
    };
    await until("the ingester takes spans and answers queries", () => works().catch(() => false));
  }

  private async runJob(name: string, run: JobRun): Promise<JobResult> {
    const [job] = jobsWith(this.deployed, { "app.kubernetes.io/name": name });
    assert.ok(job, `no job of ${name} is deployed`);
    return runJob(this.live.context, this.deployed, job, run);
  }
}

/** A span as Envoy's Zipkin tracer sends it. */
function span(traceId: string, service: string, parentId?: string) {
  return {
    traceId,
    id: randomBytes(8).toString("hex"),
    parentId,
    kind: "SERVER",
    name: `${service}.svc.cluster.local:9080/*`,
    timestamp: Date.now() * 1000,
    duration: 1000,
    localEndpoint: { serviceName: service, ipv4: "10.0.0.1", port: 0 },
    tags: { component: "proxy", "istio.canonical_revision": "v1" },
  };
}
