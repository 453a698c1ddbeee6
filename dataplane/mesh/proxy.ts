import { chown, copyFile, link, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { answersOk } from "../../cluster/health";
import type { Kubectl } from "../../cluster/kubectl";
import { run } from "../../cluster/run";
import type { ControlPlane, Pod } from "../deployed";
import { inNamespace } from "../network";
import { DataPlaneProcess } from "../process";
import { podInfo, proxyContainer, proxyEnvironment, proxyPaths } from "./proxyEnvironment";

/** The user that the proxy runs as, by whom its own connections are told from those that it has to catch. */
const proxyUser = 1337;

/** Programs and files of the proxy's image. */
export interface ProxyFiles {
  readonly agent: string;
  readonly envoy: string;
  /** Istio's template of Envoy's first configuration. */
  readonly bootstrapTemplate: string;
}

/** A proxy in a pod: the agent, which starts Envoy and gets configuration and certificates for it. */
export function proxyProcess(folder: ControlPlaneFolder, pod: Pod, name: string): DataPlaneProcess {
  const port = 15021;
  return new DataPlaneProcess(folder, {
    name: `${name}.${proxyContainer}`,
    port,
    isHealthy: () => answersOk(`http://${pod.status.podIP}:${port}/healthz/ready`),
  });
}

/** Makes a program of the cache available in a folder: the same file where that is possible. */
async function place(file: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await rm(target, { force: true });
  await link(file, target).catch(() => copyFile(file, target));
}

/**
 * Writes into a pod's folder what image and volumes would bring: programs, template, labels, the mesh's root certificate and
 * a token of the pod's service account, by which istiod knows who asks it for a certificate.
 */
async function layOut(podFolder: string, pod: Pod, files: ProxyFiles, kubectl: Kubectl): Promise<void> {
  const inPod = (name: string) => path.join(podFolder, name);
  const write = async (name: string, content: string, mode = 0o644) => {
    await mkdir(path.dirname(inPod(name)), { recursive: true });
    await writeFile(inPod(name), content, { mode });
    await chown(inPod(name), proxyUser, proxyUser);
  };
  const { name, namespace, labels, annotations } = pod.metadata;
  await place(files.agent, inPod(proxyPaths.agent));
  await place(files.envoy, inPod(proxyPaths.envoy));
  await place(files.bootstrapTemplate, inPod(proxyPaths.bootstrapTemplate));
  await write(proxyPaths.labels, podInfo(labels));
  await write(proxyPaths.annotations, podInfo(annotations));
  const rootCertificate = [
    "get",
    "configmap",
    "istio-ca-root-cert",
    "-n",
    namespace,
    "-o",
    "jsonpath={.data.root-cert\\.pem}",
  ];
  await write(proxyPaths.rootCertificate, await kubectl.run(rootCertificate));
  const bound = ["--bound-object-kind", "Pod", "--bound-object-name", name, "--bound-object-uid", pod.metadata.uid];
  const token = ["create", "token", pod.spec.serviceAccountName, "-n", namespace, "--audience", "istio-ca", ...bound];
  // A kubelet would renew it; this one lasts longer than anybody lets a demo run.
  await write(proxyPaths.token, await kubectl.run([...token, "--duration", "720h"]), 0o600);
  for (const folder of proxyPaths.written) {
    await mkdir(inPod(folder), { recursive: true });
    await chown(inPod(folder), proxyUser, proxyUser);
  }
}

/** Lets the proxy catch the pod's connections, by the very rules that Istio's init container makes. */
export async function captureTraffic(namespace: string, { agent }: ProxyFiles): Promise<void> {
  const rules = [
    "-p",
    "15001",
    "-z",
    "15006",
    "-u",
    String(proxyUser),
    "-m",
    "REDIRECT",
    "-i",
    "*",
    "-x",
    "",
    "-b",
    "*",
  ];
  const [program, args] = inNamespace(namespace, agent, ["istio-iptables", ...rules, "-d", "15090,15021,15020"]);
  await run(program, args);
}

/**
 * Runs the agent as the proxy's user, in the pod's folder. That is mounted elsewhere for it alone: the user has no way into
 * root's home, where it is.
 */
const launcher = [
  'mount --no-mtab --bind "$0" /mnt',
  "cd /mnt",
  `exec setpriv --reuid=${proxyUser} --regid=${proxyUser} --clear-groups --no-new-privs --bounding-set=-all -- "./${proxyPaths.agent}" "$@"`,
].join(" && ");

/** Where a proxy runs and for whom. */
export interface ProxyStart {
  readonly pod: Pod;
  /** `sidecar`, or `router` for a gateway. */
  readonly type: "sidecar" | "router";
  readonly controlPlane: ControlPlane;
  /** Network namespace. */
  readonly namespace: string;
  /** Folder of the pod's files. */
  readonly podFolder: string;
}

/** Starts a proxy unless it runs. */
export async function startProxy(
  process: DataPlaneProcess,
  { pod, type, controlPlane, namespace, podFolder }: ProxyStart,
  files: ProxyFiles,
  kubectl: Kubectl,
): Promise<void> {
  if (process.process.pid !== undefined) return;
  await layOut(podFolder, pod, files, kubectl);
  const flags = [
    ...["--domain", `${pod.metadata.namespace}.svc.cluster.local`],
    ...["--proxyLogLevel=warning", "--proxyComponentLogLevel=misc:error", "--log_output_level=default:info"],
    // The agent does not know this flag and lets it pass; the process is known by it.
    `--pod-folder=${podFolder}`,
  ];
  process.start({
    program: "sh",
    args: ["-c", launcher, podFolder, "proxy", type, ...flags],
    namespace,
    env: proxyEnvironment(pod, controlPlane),
  });
}
