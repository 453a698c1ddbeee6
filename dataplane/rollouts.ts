import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "../cluster/kubectl";
import { say, step } from "../cluster/progress";
import { readObjects, type KubeObject } from "./deployed";

/** A Deployment or StatefulSet. */
export type Workload = KubeObject & {
  readonly metadata: { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
};

/** How long pods may take to be replaced, in milliseconds: they are simulated, and ready within seconds. */
const patience = 30_000;

/** Whether a workload's pods are those of its last change: all there, all ready, and none of an older one left. */
export function isRolledOut({ metadata, spec, status = {} }: Workload): boolean {
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  return (
    observedGeneration >= (metadata.generation ?? 0) &&
    [replicas, updatedReplicas, readyReplicas].every((count) => count === wanted)
  );
}

/**
 * Waits until no pod is about to be replaced by another one, whose address would be a different one. What is not rolled out
 * after half a minute is named and left alone: it may be none of what the data plane runs.
 */
export async function waitForRollouts(kubectl: Kubectl): Promise<void> {
  const workloads = () => readObjects<Workload>(kubectl, ["deployments", "statefulsets"]);
  const unfinished = async () => (await workloads()).filter((workload) => !isRolledOut(workload));
  if ((await unfinished()).length === 0) return;
  const left = await step("pods that are being replaced", async () => {
    const deadline = Date.now() + patience;
    for (;;) {
      const left = await unfinished();
      if (left.length === 0 || Date.now() > deadline) return left;
      await sleep(500);
    }
  });
  for (const { kind, metadata } of left) {
    say(`    not rolled out: ${kind} ${metadata.namespace}/${metadata.name}; its pods are taken as they are`);
  }
}
