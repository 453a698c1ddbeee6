import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { componentStatus } from "../cluster/components";
import { controlPlaneFolder, type ControlPlaneFolder } from "../cluster/folder";
import { UserError } from "../cluster/interruption";
import { Kubectl } from "../cluster/kubectl";
import { withLock } from "../cluster/lock";
import { DetachedProcess } from "../cluster/processes";
import { step } from "../cluster/progress";
import { ensureTools } from "../cluster/toolchain/build";
import { dataPlaneTools } from "../cluster/toolchain/tools";
import { prepareToolset } from "../cluster/toolset";
import { readDeployed, type Deployed } from "./deployed";
import { requireHost } from "./hostRequirements";
import { ensureWheel } from "./mesh/envoy";
import { istiodProcesses, startIstiod } from "./mesh/istiod";
import type { ProxyFiles } from "./mesh/proxy";
import { PodNetwork } from "./network";
import { podProcesses, realPod, startPod, stopPod, type RealPod } from "./pods";
import { dataPlaneFolder, type DataPlaneProcess } from "./process";

/** One start or stop at a time. */
function exclusively<T>(folder: ControlPlaneFolder, purpose: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(path.dirname(folder.root), `${folder.name}.data-plane.lock`);
  return withLock(lock, `${purpose} the data plane of "${folder.name}"`, work);
}

/** Programs that the data plane runs. */
interface Programs {
  readonly istiod: string;
  readonly proxy: ProxyFiles;
}

async function preparePrograms(): Promise<Programs> {
  const tools = await ensureTools(dataPlaneTools);
  const program = (name: string) => {
    const located = tools.get(name);
    if (!located) throw new Error(`${name} is no tool of the data plane`);
    return located.file;
  };
  const agent = program("pilot-agent");
  return {
    istiod: program("pilot-discovery"),
    proxy: {
      agent,
      envoy: await ensureWheel(),
      bootstrapTemplate: path.join(path.dirname(agent), "envoy_bootstrap.json"),
    },
  };
}

/** Fails where the control plane does not run. */
async function requireControlPlane(folder: ControlPlaneFolder): Promise<void> {
  const status = await componentStatus(folder);
  if (status.every(({ health }) => health === "ready")) return;
  const missing = status.filter(({ health }) => health !== "ready").map(({ component }) => component.name);
  throw new UserError(
    `the control plane "${folder.name}" does not run (${missing.join(", ")}): npm run cluster -- start --name ${folder.name}`,
  );
}

const realPods = ({ pods }: Deployed): RealPod[] =>
  pods.map(realPod).filter((real): real is RealPod => real !== undefined);

/** Ends the pods that are no longer deployed. */
async function stopOthers(folder: ControlPlaneFolder, network: PodNetwork, wanted: readonly RealPod[]): Promise<void> {
  const names = await readdir(path.join(dataPlaneFolder(folder), "pods")).catch(() => []);
  const gone = names.filter((name) => !wanted.some((real) => real.name === name));
  await Promise.all(gone.map((name) => stopPod(name, { folder, network })));
}

/**
 * Makes the data plane what is deployed: starts what is not there yet, ends what is no longer deployed, leaves alone what
 * runs. Returns when all of it is ready. If it fails or is interrupted, everything is ended.
 * @param name the control plane's
 */
export async function startDataPlane(name: string): Promise<void> {
  await requireHost();
  const folder = controlPlaneFolder(name);
  const programs = await preparePrograms();
  await requireControlPlane(folder);
  const kubectl = new Kubectl(await prepareToolset(), folder);
  await exclusively(folder, "starting", async () => {
    const deployed = await readDeployed(kubectl);
    const network = new PodNetwork(folder.root);
    const pods = realPods(deployed);
    await mkdir(dataPlaneFolder(folder), { recursive: true, mode: 0o700 });
    try {
      if (!(await network.exists())) {
        await network.remove();
        await step("network of the pods", () => network.create(deployed.range));
      }
      await stopOthers(folder, network, pods);
      await step("istiod", () => startIstiod(folder, deployed.range, deployed.controlPlane, kubectl, programs.istiod));
      await step(`${pods.length} pods with their proxies`, async () => {
        const context = { folder, network, deployed, files: programs.proxy, kubectl };
        await Promise.all(pods.map((real) => startPod(real, context)));
      });
    } catch (error) {
      await endAll(folder);
      throw error;
    }
  });
}

/** The processes of the data plane as deployed, each after those that it needs. */
export async function dataPlaneProcesses(folder: ControlPlaneFolder): Promise<DataPlaneProcess[]> {
  const deployed = await readDeployed(new Kubectl(await prepareToolset(), folder));
  return [
    ...istiodProcesses(folder, deployed.range),
    ...realPods(deployed).flatMap((real) => podProcesses(folder, real)),
  ];
}

/** Ends every recorded process, the last one first, then whatever else is in the namespaces, and removes those. */
async function endAll(folder: ControlPlaneFolder): Promise<boolean> {
  const root = dataPlaneFolder(folder);
  const pids = path.join(root, "pids");
  const files = (await readdir(pids).catch(() => [])).filter((file) => file.endsWith(".pid"));
  const started = await Promise.all(
    files.map(async (file) => ({ file: path.join(pids, file), at: (await stat(path.join(pids, file))).mtimeMs })),
  );
  let ran = false;
  for (const { file } of started.sort((one, other) => other.at - one.at)) {
    const process = new DetachedProcess(file, root);
    ran ||= process.pid !== undefined;
    await process.stop();
  }
  const hadNetwork = await new PodNetwork(folder.root).remove();
  for (const name of ["pids", "pods", "istiod"]) await rm(path.join(root, name), { recursive: true, force: true });
  return ran || hadNetwork;
}

/**
 * Ends the data plane and removes its namespaces. Logs stay until the next start. Harmless where nothing runs, and where there
 * never was one.
 * @returns whether anything ran
 */
export async function stopDataPlane(name: string): Promise<boolean> {
  const folder = controlPlaneFolder(name);
  if (!existsSync(dataPlaneFolder(folder))) return false;
  return exclusively(folder, "stopping", () => endAll(folder));
}
