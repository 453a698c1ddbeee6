import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { componentStatus } from "../cluster/components";
import { controlPlaneFolder, type ControlPlaneFolder } from "../cluster/folder";
import { interrupted, UserError } from "../cluster/interruption";
import { Kubectl } from "../cluster/kubectl";
import { withLock } from "../cluster/lock";
import { readPorts } from "../cluster/ports";
import { say, step } from "../cluster/progress";
import { startBackend, stopBackend } from "./backend/backend";
import { BackendRecord } from "./backend/record";
import { isRunning } from "./deployed";
import { requireHost } from "./hostRequirements";
import { readMesh, type DeployedMesh } from "./mesh/deployedMesh";
import { startIstiod, stopIstiod } from "./mesh/istiod";
import { realPods, startPod, stopPod, type PodContext, type RealPod } from "./mesh/pods";
import { PodNetwork } from "./network";
import { dataPlaneFolder } from "./process";
import { preparePrograms, type Programs } from "./programs";
import { waitForRollouts } from "./rollouts";
import { dataPlaneStatus } from "./status";

/** How often the data plane is made what is deployed before it is given up, where pods are replaced each time. */
const maximalRounds = 4;

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
async function backendRuns(folder: ControlPlaneFolder, { pods }: DeployedMesh): Promise<boolean> {
  const { pods: recorded, processes, complete } = new BackendRecord(folder).read();
  const running = (await dataPlaneStatus(folder)).filter(({ pid }) => pid !== undefined);
  const runningPods = pods.filter(isRunning);
  return (
    complete &&
    recorded.every((name) => runningPods.some(({ metadata }) => metadata.name === name)) &&
    processes.every(({ name }) => running.some((process) => process.name === name))
  );
}

/** Whether the data plane has the pods that are deployed, and no others. */
async function hasPodsOf(folder: ControlPlaneFolder, deployed: DeployedMesh): Promise<boolean> {
  const known = await knownPods(folder);
  const wanted = realPods(deployed).map(({ name }) => name);
  return (
    (await backendRuns(folder, deployed)) &&
    known.length === wanted.length &&
    wanted.every((name) => known.includes(name))
  );
}

/** Starts what is deployed and does not run, and ends what is no longer deployed. */
async function converge(
  folder: ControlPlaneFolder,
  network: PodNetwork,
  programs: Programs,
  kubectl: Kubectl,
  deployed: DeployedMesh,
): Promise<void> {
  const { program, proxy } = programs;
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

/** Makes the data plane what is deployed in the end: again, where pods were replaced while it was made. */
async function convergeUntilCurrent(
  folder: ControlPlaneFolder,
  network: PodNetwork,
  programs: Programs,
): Promise<void> {
  const kubectl = new Kubectl(programs.toolset, folder);
  const read = async () => {
    await waitForRollouts(kubectl);
    return readMesh(kubectl);
  };
  let deployed = await read();
  for (let round = 1; round <= maximalRounds; round++) {
    await converge(folder, network, programs, kubectl, deployed);
    deployed = await read();
    if (await hasPodsOf(folder, deployed)) return;
    say("  pods were replaced meanwhile: what stood for them is started anew");
  }
  throw new UserError(
    `the cluster's pods were replaced during each of ${maximalRounds} attempts to start what they run ` +
      "(kubectl get events -A shows why): start the data plane again when that has come to an end",
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
      await convergeUntilCurrent(folder, network, programs);
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

/**
 * Does something with a data plane that was started for it alone: where that is interrupted, the data plane is ended, as by an
 * interruption of its start.
 */
export async function orStop<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (interrupted.aborted) await stopDataPlane(name);
    throw error;
  }
}
