import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Kubectl } from "../../../cluster/kubectl";
import { readPorts } from "../../../cluster/ports";
import { startBackend, type Backend } from "../../../dataplane/backend/backend";
import type { BackendContext } from "../../../dataplane/backend/context";
import { startDataPlane } from "../../../dataplane/dataPlane";
import type { Pod } from "../../../dataplane/deployed";
import { readMesh, type DeployedMesh } from "../../../dataplane/mesh/deployedMesh";
import { PodNetwork } from "../../../dataplane/network";
import { preparePrograms } from "../../../dataplane/programs";
import { LiveCluster } from "../../helpers/liveCluster";
import { PulumiProject } from "../../helpers/pulumiProject";

/** The dev stack on a control plane of its own, with its data plane. Has what it says once it is started. */
export class LiveDataPlane {
  cluster!: LiveCluster;
  context!: BackendContext;
  /** What was deployed when it was made what is deployed. */
  deployed!: DeployedMesh;
  /** The processes of the first start of trace store and console. */
  backend!: Backend;
  private project: PulumiProject | undefined;

  /** Deploys and starts everything. Whoever calls it calls {@link stop} in any case. */
  async start(): Promise<void> {
    const { toolset, program } = await preparePrograms();
    this.cluster = await LiveCluster.start();
    this.project = new PulumiProject(this.cluster.env);
    await this.project.init("dev", (config) => {
      config["mesh-tracing:traffic"] = { requests: 10, perSecond: 5 };
    });
    const { code, output } = await this.project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
    assert.equal(code, 0, output);
    const { folder } = this.cluster;
    const kubectl = new Kubectl(toolset, folder);
    this.deployed = await readMesh(kubectl);
    const { range } = this.deployed;
    const network = new PodNetwork(folder.root);
    this.context = { folder, kubectl, program, network, range, apiServerPort: readPorts(folder.ports)!.apiserver };
    // By itself, since tests end its processes one by one; what runs already stays as it is.
    await network.create(range);
    this.backend = await startBackend(this.context, this.deployed);
    await this.converge();
  }

  /** Makes it what is deployed now, as a user does. */
  async converge(): Promise<void> {
    await startDataPlane(this.name);
    await this.readDeployed();
  }

  /** Looks at what is deployed now. */
  async readDeployed(): Promise<void> {
    this.deployed = await readMesh(this.context.kubectl);
  }

  /** Ends everything, data plane and all, and removes its data. */
  async stop(): Promise<void> {
    this.project?.remove();
    await this.cluster?.stop();
  }

  /** The control plane's name. */
  get name(): string {
    return this.cluster.folder.name;
  }

  /** The one running pod with these labels. */
  async pod(namespace: string, labels: string): Promise<Pod> {
    const selection = ["-n", namespace, "-l", labels, "--field-selector", "status.phase=Running"];
    const { items } = await this.cluster.get<{ items: Pod[] }>("pods", ...selection);
    assert.equal(items.length, 1, `${items.length} pods of ${namespace} have ${labels}`);
    return items[0]!;
  }
}

/** Waits until something holds, however slow the machine is. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 300_000; !(await holds()); await sleep(200)) {
    assert.ok(Date.now() < deadline, `not within five minutes: ${what}`);
  }
}
