import type { ControlPlaneFolder } from "../../cluster/folder";
import { answersOk } from "../../cluster/health";
import type { Kubectl } from "../../cluster/kubectl";
import { run } from "../../cluster/run";
import type { Pod } from "../deployed";
import { inNamespace } from "../network";
import { DataPlaneProcess } from "../process";
import type { ControlPlane } from "./deployedMesh";
import { proxyContainer, proxyEnvironment, proxyPaths } from "./proxyEnvironment";
import { layOutProxy, proxyUser, type ProxyFiles } from "./proxyFiles";

/** A proxy in a pod: the agent, which starts Envoy and gets configuration and certificates for it. */
export function proxyProcess(folder: ControlPlaneFolder, pod: Pod, name: string): DataPlaneProcess {
  const port = 15021;
  return new DataPlaneProcess(folder, {
    name: `${name}.${proxyContainer}`,
    port,
    isHealthy: () => answersOk(`http://${pod.status?.podIP}:${port}/healthz/ready`),
  });
}

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

/** Lets the proxy catch the pod's connections, by the very rules that Istio's init container makes. */
export async function captureTraffic(namespace: string, { agent }: ProxyFiles): Promise<void> {
  const rules = `-p 15001 -z 15006 -u ${proxyUser} -m REDIRECT -i * -b * -d 15090,15021,15020`.split(" ");
  const [program, args] = inNamespace(namespace, agent, ["istio-iptables", ...rules, "-x", ""]);
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

/** Starts a proxy unless it runs. */
export async function startProxy(
  process: DataPlaneProcess,
  start: ProxyStart,
  files: ProxyFiles,
  kubectl: Kubectl,
): Promise<void> {
  if (process.process.pid !== undefined) return;
  const { pod, type, controlPlane, namespace, podFolder } = start;
  await layOutProxy(podFolder, pod, controlPlane, files, kubectl);
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
