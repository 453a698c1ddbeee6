import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitUntilHealthy } from "../../cluster/health";
import { Kubectl } from "../../cluster/kubectl";
import { readPorts } from "../../cluster/ports";
import { ensureTools } from "../../cluster/toolchain/build";
import { dataPlaneTools, testTools } from "../../cluster/toolchain/tools";
import { prepareToolset } from "../../cluster/toolset";
import { startBackend, stopBackend, type Backend } from "../../dataplane/backend/backend";
import { addressOf, runningPods, type BackendContext } from "../../dataplane/backend/context";
import { jobsWith, runJob, type JobResult } from "../../dataplane/backend/jobs";
import { describeLoss, hasTrace, traceLoss } from "../../dataplane/backend/traceLoss";
import { PodNetwork, podRange } from "../../dataplane/network";
import { dataPlaneFolder } from "../../dataplane/process";
import { needsDataPlaneHost } from "../helpers/host";
import { LiveCluster } from "../helpers/liveCluster";
import { PulumiProject } from "../helpers/pulumiProject";

const entryService = "productpage.bookinfo";

/** A span as Envoy's Zipkin tracer sends it. */
function span(traceId: string, service: string, parentId?: string) {
  const id = randomBytes(8).toString("hex");
  const timestamp = Date.now() * 1000;
  const localEndpoint = { serviceName: service, ipv4: "10.0.0.1", port: 0 };
  const name = `${service}.svc.cluster.local:9080/*`;
  return {
    traceId,
    id,
    parentId,
    kind: "SERVER",
    name,
    timestamp,
    duration: 1000,
    localEndpoint,
    tags: { component: "proxy" },
  };
}

/** What was deployed by the dev stack, and the real processes that run from it. Everything below begins with their endpoints. */
describe("the deployed trace store and console, as real processes", function () {
  this.timeout(240_000);
  let cluster: LiveCluster;
  let project: PulumiProject;
  let context: BackendContext;
  let backend: Backend;

  before(async function () {
    this.timeout(1_800_000);
    await needsDataPlaneHost(this);
    const tools = await ensureTools([...dataPlaneTools, ...testTools]);
    cluster = await LiveCluster.start("tests-backend");
    project = new PulumiProject(cluster.env);
    await project.init("dev");
    const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
    assert.equal(code, 0, output);
    const { folder } = cluster;
    const node = await cluster.get<{ items: { spec: { podCIDR: string } }[] }>("nodes");
    context = {
      folder,
      kubectl: new Kubectl(await prepareToolset(), folder),
      program: (name) => tools.get(name)!.file,
      network: new PodNetwork(folder.root),
      range: podRange(node.items[0]!.spec.podCIDR),
      apiServerPort: readPorts(folder.ports)!.apiserver,
    };
    await context.network.create(context.range);
    backend = await startBackend(context);
  });

  after(async () => {
    if (context) {
      await stopBackend(context);
      await context.network.remove();
    }
    project?.remove();
    await cluster?.stop();
  });

  const named = (name: string) => backend.processes.find((process) => process.name === name)!;

  /** Address and port of a Service, as proxies learn them. */
  async function endpoint(service: string, port: string): Promise<string> {
    const slices = await cluster.get<{
      items: { ports: { name: string; port: number }[]; endpoints: { addresses: string[] }[] }[];
    }>("endpointslices", "-n", "tracing-system", "-l", `kubernetes.io/service-name=${service}`);
    const [slice] = slices.items;
    const found = slice?.ports.find(({ name }) => name === port);
    return `http://${slice?.endpoints[0]?.addresses[0]}:${found?.port}`;
  }

  /** Sends traces of two spans each, and returns their ids once all are acknowledged. */
  async function send(count: number): Promise<string[]> {
    const url = `${await endpoint("tempo-simplest-distributor", "http-zipkin")}/api/v2/spans`;
    const ids = Array.from({ length: count }, () => randomBytes(16).toString("hex"));
    for (const id of ids) {
      const root = span(id, entryService);
      const body = JSON.stringify([root, span(id, "details.bookinfo", root.id)]);
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      assert.equal(response.status, 202, await response.text());
    }
    return ids;
  }

  /** Runs the deployed verification job, which asks Kiali, for other traces. */
  async function verify(traceIds: string[], timeoutSeconds = 60): Promise<JobResult> {
    const [job] = jobsWith(backend.deployed, { "app.kubernetes.io/name": "verification" });
    assert.ok(job);
    const { env } = job.spec.template.spec.containers[0]!;
    const settings = env!.find(({ name }) => name === "VERIFICATION_SETTINGS")!.value!;
    return runJob(context, backend.deployed, job, {
      beside: runningPods(backend.deployed, { "app.kubernetes.io/name": "kiali" }, "Kiali")[0]!.metadata.name,
      program: process.execPath,
      env: { VERIFICATION_SETTINGS: JSON.stringify({ ...JSON.parse(settings), traceIds, timeoutSeconds }) },
    });
  }

  /** What a Tempo component counts, over all labels. */
  async function metric(component: string, name: string): Promise<number> {
    const frontend = runningPods(backend.deployed, { "app.kubernetes.io/component": component }, component)[0]!;
    const text = await (await fetch(`http://${addressOf(frontend)}:3200/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  it("show traces that came to the Service of the deployed provider, to the deployed verification", async () => {
    const result = await verify(await send(5));
    assert.equal(result.code, 0, result.output);
    assert.match(result.termination, /^all 5 traces are in Kiali, with spans of productpage\.bookinfo$/);
  });
});
