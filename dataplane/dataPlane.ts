import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { componentStatus } from "../cluster/components";
import { controlPlaneFolder, type ControlPlaneFolder } from "../cluster/folder";
import { UserError } from "../cluster/interruption";
import { Kubectl } from "../cluster/kubectl";
import { withLock } from "../cluster/lock";
import { readPorts } from "../cluster/ports";
import { step } from "../cluster/progress";
import { startBackend, stopBackend } from "./backend/backend";
import { BackendRecord } from "./backend/record";
import type { Deployed } from "./deployed";
import { requireHost } from "./hostRequirements";
import { readMesh } from "./mesh/deployedMesh";
import { startIstiod, stopIstiod } from "./mesh/istiod";
import { realPods, startPod, stopPod, type PodContext, type RealPod } from "./mesh/pods";
import { PodNetwork } from "./network";
import { dataPlaneFolder } from "./process";
import { preparePrograms, type Programs } from "./programs";
import { dataPlaneStatus } from "./status";

/** One start or stop at a time. */
function exclusively<T>(folder: ControlPlaneFolder, purpose: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(path.dirname(folder.root), `${folder.name}.data-plane.lock`);
  return withLock(lock, `${purpose} the data plane of "${folder.name}"`, work);
}

/** Fails where the control plane does not run. */
async function requireControlPlane(folder: ControlPlaneFolder): Promise<void> {
  const missing = (await componentStatus(folder)).filter(({ health }) => health !== "ready");
  if (missing.length === 0) return;
  const names = missing.map(({ component }) => component.name);
  throw new UserError(
    `the control plane "${folder.name}" does not run (${names.join(", ")}): npm run cluster -- start --name ${folder.name}`,
  );
}

/** Pods of the mesh that have files here: those that run, or ran. */
const knownPods = (folder: ControlPlaneFolder): Promise<string[]> =>
  readdir(path.join(dataPlaneFolder(folder), "mesh")).catch(() => []);

/** Whether all of the backend runs as deployed: its pods are still the cluster's, and each of its processes is there. */
async function backendRuns(folder: ControlPlaneFolder, { pods }: Deployed): Promise<boolean> {
  const { pods: recorded, processes, complete } = new BackendRecord(folder).read();
  const running = (await dataPlaneStatus(folder)).filter(({ pid }) => pid !== undefined);
  return (
    complete &&
    recorded.every((name) => pods.some(({ metadata }) => metadata.name === name)) &&
    processes.every(({ name }) => running.some((process) => process.name === name))
  );
}

/** Starts what is deployed and does not run, and ends what is no longer deployed. */
async function converge(
  folder: ControlPlaneFolder,
  network: PodNetwork,
  { toolset, program, proxy }: Programs,
): Promise<void> {
  const kubectl = new Kubectl(toolset, folder);
  const deployed = await readMesh(kubectl);
  const { range } = deployed;
  if (!(await network.exists())) {
    await network.remove();
    await network.create(range);
  }
  if (!(await backendRuns(folder, deployed))) {
    const apiServerPort = readPorts(folder.ports)?.apiserver ?? 0;
    await startBackend({ folder, kubectl, program, network, range, apiServerPort }, deployed);
  }
  await step("istiod", () => startIstiod(folder, network, deployed, kubectl, program("pilot-discovery")));
  const wanted = realPods(deployed);
  const gone = (await knownPods(folder)).filter((name) => !wanted.some((pod) => pod.name === name));
  await Promise.all(gone.map((name) => stopPod(name, { folder, network })));
  const context: PodContext = { folder, network, deployed, files: proxy, kubectl };
  await step(`${wanted.length} pods of the mesh and their proxies`, () =>
    Promise.all(wanted.map((pod: RealPod) => startPod(pod, context))),
  );
}

/**
 * Makes the data plane what is deployed, and returns when all of it is ready. What runs already stays as it is. If it fails or is
 * interrupted, everything is ended.
 * @param name the control plane's
 */
export async function startDataPlane(name: string): Promise<void> {
  await requireHost();
  const folder = controlPlaneFolder(name);
  const programs = await preparePrograms();
  await requireControlPlane(folder);
  await exclusively(folder, "starting", async () => {
    const network = new PodNetwork(folder.root);
    await mkdir(dataPlaneFolder(folder), { recursive: true, mode: 0o700 });
    try {
      await converge(folder, network, programs);
    } catch (error) {
      await endAll(folder, network);
      throw error;
    }
  });
}

/** Ends everything, what needs others first, and removes the namespaces with whatever else is in them. */
async function endAll(folder: ControlPlaneFolder, network: PodNetwork): Promise<boolean> {
  const pods = await knownPods(folder);
  await Promise.all(pods.map((pod) => stopPod(pod, { folder, network })));
  await stopIstiod(folder, network);
  await stopBackend({ folder, network });
  const removed = await network.remove();
  await rm(path.join(dataPlaneFolder(folder), "pids"), { recursive: true, force: true });
  return removed;
}

/**
 * Ends the data plane and removes its namespaces. Logs and stored traces stay; they go with the control plane's data. Harmless
 * where nothing runs.
 * @returns whether anything ran
 */
export async function stopDataPlane(name: string): Promise<boolean> {
  const folder = controlPlaneFolder(name);
  if (!existsSync(dataPlaneFolder(folder))) return false;
  return exclusively(folder, "stopping", () => endAll(folder, new PodNetwork(folder.root)));
}
