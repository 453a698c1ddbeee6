import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { waitUntilHealthy } from "../../cluster/health";
import type { Kubectl } from "../../cluster/kubectl";
import { bookinfoImage, bookinfoProcess, startBookinfo } from "../bookinfo/program";
import { isRunning, type Container, type Pod } from "../deployed";
import { clusterAddresses } from "../hosts";
import type { DeployedMesh } from "./deployedMesh";
import { istiodPod } from "./istiod";
import { captureTraffic, proxyProcess, startProxy } from "./proxy";
import { proxyContainer } from "./proxyEnvironment";
import type { ProxyFiles } from "./proxyFiles";
import type { PodNetwork } from "../network";
import { dataPlaneFolder, type DataPlaneProcess } from "../process";

/** A pod whose containers run here. */
export interface RealPod {
  readonly pod: Pod;
  /** Its name in the data plane: namespace and name. */
  readonly name: string;
  readonly application?: Container;
  /** Whether it has a sidecar, or is a gateway; undefined for a pod outside of the mesh. */
  readonly proxy?: "sidecar" | "router";
}

/** What of a pod can be run: Bookinfo's containers, a sidecar beside them, the ingress gateway. Undefined for any other pod. */
export function realPod(pod: Pod): RealPod | undefined {
  const { containers } = pod.spec;
  const name = `${pod.metadata.namespace}.${pod.metadata.name}`;
  const hasProxy = containers.some((container) => container.name === proxyContainer);
  const application = containers.find(({ image }) => bookinfoImage(image) !== undefined);
  if (application) return { pod, name, application, ...(hasProxy && { proxy: "sidecar" as const }) };
  if (hasProxy && pod.metadata.labels?.istio === "ingressgateway") return { pod, name, proxy: "router" };
  return undefined;
}

/** Those of the deployed pods. */
export const realPods = ({ pods }: DeployedMesh): RealPod[] =>
  pods
    .filter((pod) => isRunning(pod) && pod.status?.podIP !== undefined)
    .map(realPod)
    .filter((real): real is RealPod => real !== undefined);

/** What the pods are started with. */
export interface PodContext {
  readonly folder: ControlPlaneFolder;
  readonly network: PodNetwork;
  readonly deployed: DeployedMesh;
  readonly files: ProxyFiles;
  readonly kubectl: Kubectl;
}

/** Folder of a pod's files. */
const podFolderOf = (folder: ControlPlaneFolder, name: string) => path.join(dataPlaneFolder(folder), "mesh", name);

/** The processes of a pod: the application and the proxy, where it has them. */
export function podProcesses(
  folder: ControlPlaneFolder,
  { pod, name, application, proxy }: RealPod,
): DataPlaneProcess[] {
  return [
    ...(application ? [bookinfoProcess(folder, application, name)] : []),
    ...(proxy ? [proxyProcess(folder, pod, name)] : []),
  ];
}

/** Services to which no proxy leads: the proxy itself speaks to istiod. */
function withoutProxy(deployed: DeployedMesh): Map<string, string> {
  const { name, namespace } = deployed.controlPlane.metadata;
  return new Map([[`${namespace}/istiod-${name}`, istiodPod(deployed).status.podIP]]);
}

/** Runs a pod, and waits until it is ready. What runs of it already stays as it is, unless it is another pod's of this name. */
export async function startPod(
  real: RealPod,
  { folder, network, deployed, files, kubectl }: PodContext,
): Promise<void> {
  const { pod, name, application, proxy } = real;
  const podFolder = podFolderOf(folder, name);
  const identity = path.join(podFolder, "uid");
  const hosts = clusterAddresses(deployed.services, pod.metadata.namespace, withoutProxy(deployed));
  const namespace = network.namespaceOf(name);
  const known = await readFile(identity, "utf8").catch(() => "");
  if (known !== (pod.metadata.uid ?? "") || !(await network.hasPod(name))) {
    await stopPod(name, { folder, network });
    await mkdir(podFolder, { recursive: true });
    await network.addPod(name, [pod.status?.podIP ?? ""]);
    if (proxy === "sidecar") await captureTraffic(namespace, files);
    await writeFile(identity, pod.metadata.uid ?? "");
  }
  await network.writeHosts(name, hosts);
  if (proxy) {
    const start = { pod, type: proxy, controlPlane: deployed.controlPlane, namespace, podFolder };
    await startProxy(proxyProcess(folder, pod, name), start, files, kubectl);
  }
  if (application) {
    await startBookinfo(bookinfoProcess(folder, application, name), pod, application, { namespace, podFolder });
  }
  for (const process of podProcesses(folder, real)) await waitUntilHealthy(process, 60);
}

/** Ends a pod and removes its namespace and files. */
export async function stopPod(
  name: string,
  { folder, network }: Pick<PodContext, "folder" | "network">,
): Promise<void> {
  await network.removePod(name);
  await rm(podFolderOf(folder, name), { recursive: true, force: true });
  const pids = path.join(dataPlaneFolder(folder), "pids");
  const own = (await readdir(pids).catch(() => [])).filter((file) => file.startsWith(`${name}.`));
  for (const file of own) await rm(path.join(pids, file));
}
