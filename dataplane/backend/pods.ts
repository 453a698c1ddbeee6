import { DataPlaneProcess } from "../process";
import { PodContainers, type Substitute } from "./containers";
import { addressOf, type BackendContext } from "./context";
import type { Container, Deployed, Pod } from "./deployed";
import { readinessOf } from "./readiness";
import { BackendRecord } from "./record";
import { serviceNames } from "./serviceNames";

/** What stands for a container's image here. */
export interface ContainerSubstitute extends Substitute {
  /** The container. */
  readonly container: Container;
  /** The name of its process. */
  readonly name: string;
}

/**
 * Starts a pod's containers at its address, in a network namespace of its own, where its cluster's names are known.
 * @param substitutes what is run, from what the pod's volumes hold
 */
export async function startPod(
  context: BackendContext,
  deployed: Deployed,
  pod: Pod,
  substitutes: (containers: PodContainers) => readonly ContainerSubstitute[],
): Promise<DataPlaneProcess[]> {
  const { folder, kubectl, network, range } = context;
  const { name: podName, namespace: podNamespace } = pod.metadata;
  const record = new BackendRecord(folder);
  record.addPod(podName);
  await network.addPod(podName, [addressOf(pod)]);
  await network.writeHosts(podName, serviceNames(deployed, podNamespace, range.hostAddress));
  const containers = new PodContainers(folder, pod, deployed, kubectl);
  await containers.clear();
  const processes: DataPlaneProcess[] = [];
  for (const { container, name, ...substitute } of substitutes(containers)) {
    const { port, isReady } = readinessOf(container);
    const process = new DataPlaneProcess(folder, { name, port, isHealthy: () => isReady(addressOf(pod)) });
    const start = await containers.start(container, substitute);
    record.addProcess(name, (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000);
    process.start({ ...start, namespace: network.namespaceOf(podName) });
    processes.push(process);
  }
  return processes;
}
