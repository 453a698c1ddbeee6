import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { contextName, type ControlPlaneFolder } from "./folder";
import type { Ports } from "./ports";
import { run } from "./run";
import type { Toolset } from "./toolset";

/** Addresses of Services; kwokctl's default for those of pods lies within Kubernetes' default for these, so both are set. */
const serviceRange = "10.96.0.0/16";

/** kwokctl's settings for a control plane, whose programs all listen on the loopback address. */
function settings(ports: Ports, toolset: Toolset): string {
  const patch = (name: string, args: Record<string, string>) => ({
    name,
    extraArgs: Object.entries(args).map(([key, value]) => ({ key, value })),
  });
  const cluster = {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      bindAddress: "127.0.0.1",
      etcdBinary: toolset.program("etcd"),
      kubeApiserverBinary: toolset.program("kube-apiserver"),
      kubeControllerManagerBinary: toolset.program("kube-controller-manager"),
      kubeSchedulerBinary: toolset.program("kube-scheduler"),
      kubectlBinary: toolset.program("kubectl"),
      kwokControllerBinary: toolset.program("kwok"),
      kubeApiserverPort: ports.apiserver,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeControllerManagerPort: ports.controllerManager,
      kubeSchedulerPort: ports.scheduler,
      kwokControllerPort: ports.kwok,
      kubeAuditPolicy: path.join(__dirname, "manifests", "audit-policy.yaml"),
    },
    componentsPatches: [
      patch("kube-apiserver", {
        "service-cluster-ip-range": serviceRange,
        // Loopback stands for the node's address: the API server refuses it as its own advertised one.
        "advertise-address": "192.0.2.1",
        "audit-log-maxsize": "200",
        "audit-log-maxbackup": "3",
      }),
      // Alone as they are, they need not wait until the lease of the last start has run out.
      patch("kube-controller-manager", { "service-cluster-ip-range": serviceRange, "leader-elect": "false" }),
      patch("kube-scheduler", { "leader-elect": "false" }),
      // After a restart kwok leaves the node's pods alone until its last lease of the node has run out: by default 200 s.
      patch("kwok-controller", { "node-lease-duration-seconds": "8" }),
    ],
  };
  return stringify(cluster);
}

const environment = (folder: ControlPlaneFolder) => ({
  ...process.env,
  KWOK_WORKDIR: folder.kwokWorkdir,
  KUBECACHEDIR: folder.kubectlCache,
});

/**
 * Starts etcd, API server, controller manager, scheduler and kwok, and waits until the API server answers. Data and
 * certificates of an earlier start stay; everything else is laid out anew, so a changed pin or port takes effect.
 */
export async function startKubernetes(folder: ControlPlaneFolder, ports: Ports, toolset: Toolset): Promise<void> {
  await mkdir(folder.kwokCluster, { recursive: true });
  // kwokctl goes by these where they are there, with the ports and programs of the last start.
  for (const entry of ["kwok.yaml", "bin"]) {
    await rm(path.join(folder.kwokCluster, entry), { recursive: true, force: true });
  }
  const config = path.join(folder.root, "kwokctl.yaml");
  const podStages = await readFile(path.join(__dirname, "manifests", "pod-stages.yaml"), "utf8");
  await writeFile(config, `${settings(ports, toolset)}---\n${podStages}`);
  const args = ["create", "cluster", "--name", folder.name, "--config", config, "--kubeconfig", "", "--timeout", "60s"];
  // Uninterrupted: kwokctl deletes the cluster's folder, data and all, where it is cut off while laying it out.
  await run(toolset.program("kwokctl"), args, { env: environment(folder), uninterrupted: true });
  await writeKubeconfig(folder, ports);
}

/**
 * Makes sure that there is a node for pods to be scheduled to.
 * @param podRange addresses of its pods; a node that is there keeps its own
 */
export async function ensureNode(folder: ControlPlaneFolder, podRange: string, toolset: Toolset): Promise<void> {
  const args = ["scale", "node", "--replicas", "1", "--name", folder.name, "--param", `.podCIDR="${podRange}"`];
  await run(toolset.program("kwokctl"), args, { env: environment(folder) });
}

/** The administrator's kubeconfig, complete in one file, so that it can be copied. */
async function writeKubeconfig(folder: ControlPlaneFolder, ports: Ports): Promise<void> {
  const pki = async (file: string) => (await readFile(path.join(folder.kwokCluster, "pki", file))).toString("base64");
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": contextName,
    contexts: [{ name: contextName, context: { cluster: contextName, user: "admin" } }],
    clusters: [
      {
        name: contextName,
        cluster: {
          server: `https://127.0.0.1:${ports.apiserver}`,
          "certificate-authority-data": await pki("ca.crt"),
        },
      },
    ],
    users: [
      {
        name: "admin",
        user: { "client-certificate-data": await pki("admin.crt"), "client-key-data": await pki("admin.key") },
      },
    ],
  };
  await writeFile(folder.kubeconfig, stringify(kubeconfig), { mode: 0o600 });
}
