import type { ControlPlaneFolder } from "../../cluster/folder";
import { DataPlaneProcess, type DataPlaneProcessOptions, type ProcessStart } from "../process";
import { PodContainers, type Substitute } from "./containers";
import { addressOf, type BackendContext } from "./context";
import type { Container, Deployed, Pod } from "../deployed";
import { readinessOf } from "./readiness";
import { BackendRecord } from "./record";
import { podAddresses } from "../hosts";

/** What stands for a container's image here. */
export interface ContainerSubstitute extends Substitute {
  /** The container. */
  readonly container: Container;
  /** The name of its process. */
  readonly name: string;
  /** Milliseconds that it has to end by itself. Default: what its pod says. */
  readonly patience?: number;
}

/** The process of a container: it knows how it is started and how long it has to end. */
export class ContainerProcess extends DataPlaneProcess {
  constructor(
    folder: ControlPlaneFolder,
    options: DataPlaneProcessOptions,
    /** How its pod says it is started. */
    readonly how: ProcessStart,
    /** Milliseconds that it has to end by itself. */
    readonly patience: number,
  ) {
    super(folder, options);
  }

  /** Starts it, as its pod says. */
  begin(): void {
    this.start(this.how);
  }

  /** Ends it as a kubelet does: asked first, and by force when its time is over. */
  end(): Promise<void> {
    return this.process.stop(this.patience);
  }
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
): Promise<ContainerProcess[]> {
  const { folder, kubectl, network, range } = context;
  const { name: podName, namespace: podNamespace } = pod.metadata;
  const record = new BackendRecord(folder);
  record.addPod(podName);
  await network.addPod(podName, [addressOf(pod)]);
  await network.writeHosts(podName, podAddresses(deployed, podNamespace, range.hostAddress));
  const containers = new PodContainers(folder, pod, deployed, kubectl);
  await containers.clear();
  const grace = (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  const processes: ContainerProcess[] = [];
  for (const { container, name, patience = grace, ...substitute } of substitutes(containers)) {
    const { port, isReady } = readinessOf(container);
    const options = { name, port, isHealthy: () => isReady(addressOf(pod)) };
    const how = { ...(await containers.start(container, substitute)), namespace: network.namespaceOf(podName) };
    const process = new ContainerProcess(folder, options, how, patience);
    record.addProcess(name, patience);
    process.begin();
    processes.push(process);
  }
  return processes;
}
