import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { answersOk, waitUntilHealthy } from "../../cluster/health";
import { UserError } from "../../cluster/interruption";
import type { Kubectl } from "../../cluster/kubectl";
import { readPorts } from "../../cluster/ports";
import { isRunning, type Pod } from "../deployed";
import { apiServerAddress, apiServerUrl } from "../hosts";
import type { PodNetwork } from "../network";
import { DataPlaneProcess, dataPlaneFolder } from "../process";
import type { ControlPlane, DeployedMesh } from "./deployedMesh";
import { istiodAccount, istiodRights } from "./istiodRights";
import { istiodEnvironment, sharedMeshConfig, sharedMeshConfigName } from "./meshConfig";

const name = "istiod";
const ports = { xds: 15012, http: 8080 };

/** Folder of its files. */
const ownFolder = (folder: ControlPlaneFolder) => path.join(dataPlaneFolder(folder), name);

/** The name under which proxies look for istiod, with its port. */
export function discoveryAddress({ metadata }: ControlPlane): string {
  return `istiod-${metadata.name}.${metadata.namespace}.svc:${ports.xds}`;
}

/** The pod of the mesh's istiod; a {@link UserError} where none runs. */
export function istiodPod({ pods, controlPlane: { metadata } }: DeployedMesh): Pod & { status: { podIP: string } } {
  const isIstiod = ({ metadata: { namespace, labels } }: Pod) =>
    namespace === metadata.namespace && labels?.app === "istiod" && labels["istio.io/rev"] === metadata.name;
  const found = pods.find((pod) => isRunning(pod) && isIstiod(pod));
  if (found?.status?.podIP === undefined) {
    throw new UserError(
      `no istiod of the mesh ${metadata.namespace}/${metadata.name} runs: is it Ready (kubectl get smcp -A)?`,
    );
  }
  return { ...found, status: { ...found.status, podIP: found.status.podIP } };
}

const istiod = (folder: ControlPlaneFolder, address: string) =>
  new DataPlaneProcess(folder, {
    name,
    port: ports.xds,
    isHealthy: () => answersOk(`http://${address}:${ports.http}/ready`),
  });

/**
 * A kubeconfig for the ServiceAccount of the deployed istiod. It leads to the API server as pods see it, which knows Istio's
 * resources in the version that istiod reads.
 */
async function kubeconfig({ metadata }: ControlPlane, folder: ControlPlaneFolder, kubectl: Kubectl): Promise<string> {
  const account = istiodAccount(metadata.name);
  const token = await kubectl.run(["create", "token", account, "-n", metadata.namespace, "--duration", "720h"]);
  const admin = parse(await kubectl.run(["config", "view", "--raw"])) as {
    clusters: { cluster: { "certificate-authority-data": string } }[];
  };
  const cluster = {
    ...admin.clusters[0]?.cluster,
    server: apiServerUrl(readPorts(folder.ports)?.apiserver ?? 0),
  };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: { token: token.trim() } }],
  });
}

/**
 * Starts istiod at the address of its pod and waits until it serves, unless it runs for the same pod and settings.
 * @param program path of pilot-discovery
 */
export async function startIstiod(
  folder: ControlPlaneFolder,
  network: PodNetwork,
  deployed: DeployedMesh,
  kubectl: Kubectl,
  program: string,
): Promise<void> {
  const { controlPlane, range } = deployed;
  const pod = istiodPod(deployed);
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: sharedMeshConfigName, namespace: controlPlane.metadata.namespace },
    data: { mesh: stringify(sharedMeshConfig(controlPlane)) },
  };
  const objects = { apiVersion: "v1", kind: "List", items: [configMap, ...istiodRights(controlPlane)] };
  await kubectl.apply(["-f", "-"], JSON.stringify(objects));

  const own = ownFolder(folder);
  const access = path.join(own, "kubeconfig");
  const server = istiod(folder, pod.status.podIP);
  const environment = istiodEnvironment(controlPlane);
  const start = {
    program,
    args: [
      "discovery",
      `--kubeconfig=${access}`,
      // Without certificates on the way in, and the webhooks, which stand-ins play.
      "--grpcAddr=",
      "--httpsAddr=",
      "--ctrlz_port=0",
      "--shutdownDuration=1s",
    ],
    namespace: network.namespaceOf(name),
    cwd: own,
    env: { HOME: own, POD_UID: pod.metadata.uid ?? "", ...environment },
  };
  if (!(await server.runsAs(start))) {
    await stopIstiod(folder, network);
    await mkdir(own, { recursive: true, mode: 0o700 });
    await writeFile(access, await kubeconfig(controlPlane, folder, kubectl), { mode: 0o600 });
    await network.addPod(name, [pod.status.podIP]);
    await network.writeHosts(name, [apiServerAddress(range)]);
    server.start(start);
  }
  await waitUntilHealthy(server, 60);
}

/** Ends istiod and removes its namespace and files. Harmless where it does not run. */
export async function stopIstiod(folder: ControlPlaneFolder, network: PodNetwork): Promise<void> {
  await istiod(folder, "").process.stop();
  await network.removePod(name);
  await rm(ownFolder(folder), { recursive: true, force: true });
}
