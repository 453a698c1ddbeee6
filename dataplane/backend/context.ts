import type { ControlPlaneFolder } from "../../cluster/folder";
import { UserError } from "../../cluster/interruption";
import type { Kubectl } from "../../cluster/kubectl";
import type { PodNetwork, PodRange } from "../network";
import { hasLabels, isRunning, type Deployed, type Pod } from "../deployed";

/** What every part of the backend is started with. */
export interface BackendContext {
  readonly folder: ControlPlaneFolder;
  readonly kubectl: Kubectl;
  /** Absolute path of a tool: those of the data plane, minio and mc. */
  readonly program: (name: string) => string;
  /** The network of the control plane's pods; made already. */
  readonly network: PodNetwork;
  /** The addresses in it. */
  readonly range: PodRange;
  /** Port of the API server on the host's loopback address. */
  readonly apiServerPort: number;
}

/**
 * Pods that run, the newest first.
 * @param what for the message of the {@link UserError} where there is none
 */
export function runningPods({ pods }: Deployed, labels: Readonly<Record<string, string>>, what: string): Pod[] {
  const running = pods
    .filter((pod) => hasLabels(pod.metadata.labels, labels) && isRunning(pod))
    .sort((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""));
  if (running.length > 0) return running;
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  throw new UserError(`no pod of ${what} runs (kubectl get pods -A -l ${wanted.join()}): was pulumi up done?`);
}

/** The address of a pod; one that runs has one. */
export function addressOf({ metadata, status }: Pod): string {
  if (status?.podIP !== undefined) return status.podIP;
  throw new UserError(`pod ${metadata.namespace}/${metadata.name} has no address yet`);
}
