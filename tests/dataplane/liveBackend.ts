import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { waitUntilHealthy } from "../../cluster/health";
import { Kubectl } from "../../cluster/kubectl";
import { readPorts } from "../../cluster/ports";
import { ensureTools } from "../../cluster/toolchain/build";
import { dataPlaneTools, testTools } from "../../cluster/toolchain/tools";
import { prepareToolset } from "../../cluster/toolset";
import { startBackend, stopBackend, type Backend } from "../../dataplane/backend/backend";
import { addressOf, runningPods, type BackendContext } from "../../dataplane/backend/context";
import { named, readDeployed, type Deployed, type Pod } from "../../dataplane/deployed";
import { jobsWith, runJob, type JobResult, type JobRun } from "../../dataplane/backend/jobs";
import type { ContainerProcess } from "../../dataplane/backend/pods";
import { hasTrace } from "../../dataplane/backend/traceLoss";
import { PodNetwork, podRange } from "../../dataplane/network";
import { LiveCluster } from "../helpers/liveCluster";
import { PulumiProject } from "../helpers/pulumiProject";

/** Where the trace store is deployed. */
const namespace = "tracing-system";

/** The dev stack on a control plane of its own, and the real trace store and console that run from it. */
export class LiveBackend {
  private constructor(
    readonly cluster: LiveCluster,
    private readonly project: PulumiProject,
    readonly context: BackendContext,
    public running: Backend,
  ) {}

  /** Deploys and starts everything, and ends what there is already where that fails. */
  static async start(): Promise<LiveBackend> {
    const tools = await ensureTools([...dataPlaneTools, ...testTools]);
    const cluster = await LiveCluster.start();
    const project = new PulumiProject(cluster.env);
    const network = new PodNetwork(cluster.folder.root);
    try {
      await project.init("dev");
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
      assert.equal(code, 0, output);
      const nodes = await cluster.get<{ items: { spec: { podCIDR: string } }[] }>("nodes");
      const context = {
        folder: cluster.folder,
        kubectl: new Kubectl(await prepareToolset(), cluster.folder),
        program: (name: string) => tools.get(name)!.file,
        network,
        range: podRange(nodes.items[0]!.spec.podCIDR),
        apiServerPort: readPorts(cluster.folder.ports)!.apiserver,
      };
      await network.create(context.range);
      const running = await startBackend(context, await readDeployed(context.kubectl));
      return new LiveBackend(cluster, project, context, running);
    } catch (error) {
      await network.remove();
      project.remove();
      await cluster.stop();
      throw error;
    }
  }

  /** Ends the processes and starts them again, from what is deployed by now. */
  async restart(): Promise<void> {
    await stopBackend(this.context);
    this.running = await startBackend(this.context, await readDeployed(this.context.kubectl));
  }

  /** Ends everything and removes its data. */
  async stop(): Promise<void> {
    await stopBackend(this.context);
    await this.context.network.remove();
    this.project.remove();
    await this.cluster.stop();
  }

  get deployed(): Deployed {
    return this.running.deployed;
  }

  /** A process by its name. */
  process(name: string): ContainerProcess {
    const found = this.running.processes.find((process) => process.name === name);
    assert.ok(found, `there is no process ${name}`);
    return found;
  }

  /** The pod of an application or, for Tempo, of one of its components. */
  pod(name: string): Pod {
    const label = ["minio", "kiali"].includes(name) ? "name" : "component";
    return runningPods(this.deployed, { [`app.kubernetes.io/${label}`]: name }, name)[0]!;
  }

  /** Address and port of one of the trace store's Services, as proxies learn them. */
  async endpoint(service: string, portName: string): Promise<string> {
    const selector = `kubernetes.io/service-name=${service}`;
    const { items } = await this.cluster.get<{
      items: { ports: { name: string; port: number }[]; endpoints: { addresses: string[] }[] }[];
    }>("endpointslices", "-n", namespace, "-l", selector);
    const port = items[0]?.ports.find(({ name }) => name === portName)?.port;
    return `http://${items[0]?.endpoints[0]?.addresses[0]}:${port}`;
  }

  /** Sends traces of two spans each to the deployed Service, and returns their ids once all are acknowledged. */
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

  /** Runs the deployed verification job, which asks Kiali, for these traces. */
  async verify(traceIds: readonly string[], timeoutSeconds = 60): Promise<JobResult> {
    const [job] = jobsWith(this.deployed, { "app.kubernetes.io/name": "verification" });
    const { env } = job!.spec.template.spec.containers[0]!;
    const settings = JSON.parse(env!.find(({ name }) => name === "VERIFICATION_SETTINGS")!.value!) as object;
    return this.runJob("verification", {
      beside: this.pod("kiali").metadata.name,
      program: process.execPath,
      env: { VERIFICATION_SETTINGS: JSON.stringify({ ...settings, traceIds, timeoutSeconds }) },
    });
  }

  /** Runs commands of MinIO's administrator, with the client and the credentials of the deployed job. */
  async administrate(command: string): Promise<void> {
    const login = `printf '%s\\n%s\\n' "$ROOT_USER" "$ROOT_PASSWORD" | mc alias set store "$ENDPOINT" >/dev/null`;
    const { code, output } = await this.runJob("minio", {
      beside: this.pod("minio").metadata.name,
      program: "/bin/sh",
      args: ["-euc", `${login}\n${command}`],
      image: { "/opt/minio/mc": this.context.program("mc") },
      env: { PATH: "/opt/minio:/usr/bin:/bin" },
    });
    assert.equal(code, 0, output);
  }

  /** Whether Tempo has a trace. */
  readonly isFound = (traceId: string) => hasTrace(`http://${addressOf(this.pod("query-frontend"))}:3200`, traceId);

  /** Asks the ingester, as another component of Tempo does: with a certificate of the stack's own authority. */
  askIngester(url: string): Promise<string> {
    const data = named(this.deployed.secrets, namespace, "tempo-simplest-querier-mtls")!.data!;
    const bundle = named(this.deployed.configMaps, namespace, "tempo-simplest-ca-bundle")!.data!;
    return get({
      host: addressOf(this.pod("ingester")),
      port: 3200,
      path: url,
      servername: `tempo-simplest-ingester.${namespace}.svc.cluster.local`,
      ca: Object.values(bundle),
      cert: Buffer.from(data["tls.crt"]!, "base64"),
      key: Buffer.from(data["tls.key"]!, "base64"),
    }).then(({ body }) => body);
  }

  /** What the ingester counts under a name, over all labels. */
  async metric(name: string): Promise<number> {
    const lines = (await this.askIngester("/metrics")).split("\n");
    const values = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Ends the ingester, in its own time unless a signal is given, and starts it again on its volume. */
  async restartIngester(signal?: "SIGKILL"): Promise<void> {
    const ingester = this.process("tempo-ingester");
    if (signal) process.kill(ingester.process.pid!, signal);
    await ingester.end();
    ingester.begin();
    await waitUntilHealthy(ingester, 90);
  }

  private async runJob(name: string, run: JobRun): Promise<JobResult> {
    const [job] = jobsWith(this.deployed, { "app.kubernetes.io/name": name });
    assert.ok(job, `no job of ${name} is deployed`);
    return runJob(this.context, this.deployed, job, run);
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

/** One GET over TLS. */
export function get(options: https.RequestOptions): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = https.get({ ...options, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
  });
}

/** Waits until something holds, however slow the machine is. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await holds()); attempt++) {
    assert.ok(attempt < 600, `not within five minutes: ${what}`);
    await sleep(500);
  }
}
