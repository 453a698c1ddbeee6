import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stopDataPlane } from "../dataplane/dataPlane";
import { components, componentStatus } from "./components";
import { controlPlaneFolder, defaultName, type ControlPlaneFolder } from "./folder";
import { waitUntilHealthy } from "./health";
import { interrupted, UserError } from "./interruption";
import { Kubectl } from "./kubectl";
import { ensureNode, startKubernetes } from "./kwok";
import { withLock } from "./lock";
import { moduleManifests, ownDefinitions } from "./moduleManifests";
import { controlPlanesFolder } from "./paths";
import { choosePodRange } from "./podRange";
import { choosePorts, type Ports } from "./ports";
import { say, step } from "./progress";
import { startStandIns } from "./standInsProcess";
import { registerTempoOperatorWebhooks, startTempoOperator } from "./tempoOperator";
import { prepareToolset, type Toolset } from "./toolset";

const manifest = (name: string) => path.join(__dirname, "manifests", name);

/** One start or stop of a control plane at a time. */
function exclusively<T>(folder: ControlPlaneFolder, purpose: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(controlPlanesFolder, `${folder.name}.lock`);
  return withLock(lock, `${purpose} the control plane "${folder.name}"`, work);
}

/** Ends every process, those first that need others. */
async function stopProcesses(folder: ControlPlaneFolder): Promise<void> {
  for (const component of components(folder).reverse()) await component.process.stop();
}

/** Names of the CustomResourceDefinitions that the API server does not serve (yet). */
async function notEstablished(kubectl: Kubectl): Promise<string[]> {
  const { items } = JSON.parse(await kubectl.run(["get", "crd", "-o", "json"])) as { items: DefinitionStatus[] };
  return items
    .filter(
      ({ status }) => !status?.conditions?.some(({ type, status }) => type === "Established" && status === "True"),
    )
    .map(({ metadata }) => metadata.name);
}

/** Waits until the API server serves every CustomResourceDefinition; `kubectl wait` asks for them at five a second. */
async function waitUntilEstablished(kubectl: Kubectl, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const waiting = await notEstablished(kubectl);
    if (waiting.length === 0) return;
    if (Date.now() > deadline) throw new UserError(`not Established after ${seconds} s: ${waiting.join(", ")}`);
    await sleep(100, undefined, { signal: interrupted });
  }
}

/** Applies the CustomResourceDefinitions and waits until they are served. */
async function applyDefinitions(kubectl: Kubectl): Promise<void> {
  // An API server that was ended between storing a definition and serving it does not take it up again. What was never
  // served has no objects, so it can be made anew.
  const halfMade = await notEstablished(kubectl);
  if (halfMade.length > 0) await kubectl.run(["delete", "crd", ...halfMade]);
  const { definitions } = await moduleManifests();
  await kubectl.apply(["-f", definitions, "-f", ownDefinitions]);
  await waitUntilEstablished(kubectl, 60);
}

/** The part of a CustomResourceDefinition that tells whether it is served. */
interface DefinitionStatus {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What a cluster has before its user does anything: the APIs, OpenShift's namespaces, the mesh operator's version, a node. */
async function furnish(folder: ControlPlaneFolder, kubectl: Kubectl, toolset: Toolset): Promise<void> {
  await applyDefinitions(kubectl);
  await kubectl.apply(["-f", manifest("namespaces.yaml")]);
  await kubectl.apply(["-f", manifest("maistra-operator.yaml")]);
  await kubectl.apply(["-f", manifest("maistra-operator.yaml")], undefined, ["--subresource=status"]);
  await ensureNode(folder, await choosePodRange(folder), toolset);
}

async function startOperators(
  folder: ControlPlaneFolder,
  ports: Ports,
  kubectl: Kubectl,
  toolset: Toolset,
): Promise<void> {
  await Promise.all([startTempoOperator(folder, ports, toolset), startStandIns(folder, ports)]);
  const operators = components(folder).filter(({ name }) => name === "tempo-operator" || name === "stand-ins");
  await Promise.all(
    operators.map(async (operator) => {
      await waitUntilHealthy(operator, 60);
      if (operator.name === "tempo-operator") await registerTempoOperatorWebhooks(folder, ports, kubectl);
    }),
  );
}

/**
 * Starts a control plane and returns when everything in it is ready. Where it runs already nothing happens; where a part
 * of it is gone or does not answer, all of it is started anew on the same data. If the start fails or is interrupted, what
 * it began is ended.
 */
export async function start(name = defaultName): Promise<ControlPlaneFolder> {
  const folder = controlPlaneFolder(name);
  const toolset = await prepareToolset();
  await moduleManifests();
  await exclusively(folder, "starting", async () => {
    const status = await componentStatus(folder);
    if (status.every(({ health }) => health === "ready")) {
      say(`The control plane "${name}" runs already.`);
      return;
    }
    if (status.some(({ pid }) => pid !== undefined)) {
      const broken = status.filter(({ health }) => health !== "ready").map(({ component }) => component.name);
      say(
        `The control plane "${name}" runs only in part (without ${broken.join(", ")}): starting it anew on its data.`,
      );
      await stopProcesses(folder);
    }
    await mkdir(folder.root, { recursive: true, mode: 0o700 });
    const ports = await choosePorts(folder.ports);
    const kubectl = new Kubectl(toolset, folder);
    try {
      await step("etcd, API server, controllers, simulated kubelet", async () => {
        await startKubernetes(folder, ports, toolset);
        for (const component of components(folder).slice(0, 5)) await waitUntilHealthy(component, 60);
      });
      await step("CustomResourceDefinitions, namespaces, node", () => furnish(folder, kubectl, toolset));
      await step("tempo-operator, stand-ins for the other operators", () =>
        startOperators(folder, ports, kubectl, toolset),
      );
    } catch (error) {
      await stopProcesses(folder);
      throw error;
    }
  });
  return folder;
}

/** Whether a control plane of this name has ever been started (and not been deleted). */
export function exists(folder: ControlPlaneFolder): boolean {
  return existsSync(folder.root);
}

/**
 * Ends a control plane's processes and frees its ports. Its data stays for the next start unless `deleteData` is set.
 * Harmless where nothing runs.
 * @returns whether anything ran
 */
export async function stop(name = defaultName, options: { deleteData?: boolean } = {}): Promise<boolean> {
  const folder = controlPlaneFolder(name);
  if (!exists(folder)) return false;
  // What runs for its pods would be left without anybody who knows of it.
  await stopDataPlane(name);
  return exclusively(folder, "stopping", async () => {
    const ran = components(folder).some((component) => component.process.pid !== undefined);
    await stopProcesses(folder);
    await rm(options.deleteData ? folder.root : folder.temporary, { recursive: true, force: true });
    return ran;
  });
}
