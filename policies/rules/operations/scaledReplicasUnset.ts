import { allOf, not, same } from "../../pack/decisions";
import { isUnknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";

/** Each update would set the replicas back to the program's number, whatever the load is. */
export const scaledReplicasUnset = stackRule(
  {
    name: "scaled-replicas-unset",
    displayName: "Replicas are the autoscaler's",
    description: "A workload that an autoscaler scales must not set its replicas.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    remediationSteps: "Remove spec.replicas; minReplicas of the autoscaler says how many there are at least.",
  },
  (stack, findings) => {
    const autoscalers = stack.ofKind(kinds.autoscaler);
    const workloads = autoscalers.length > 0 ? stack.ofKind(kinds.appsWorkload) : [];
    for (const workload of workloads) {
      autoscalers.forEach((autoscaler) => judge(autoscaler, workload, findings));
    }
  },
  { withoutMesh: true },
);

function judge(autoscaler: KubernetesObject, workload: KubernetesObject, findings: Findings): void {
  const spec = workload.declaredField("spec").read();
  const replicas = workload.declaredField("spec", "replicas");
  const target = autoscaler.field("spec", "scaleTargetRef");
  const isScaled = allOf([
    same(target.at("kind").string(), workload.kind),
    same(target.at("name").string(), workload.name),
    same(autoscaler.namespace, workload.namespace),
    isUnknown(spec) ? spec : replicas.read() !== undefined, // A value that is not known yet is set in any case.
    not(workload.isLive),
  ]);
  if (isUnknown(isScaled)) {
    findings.undecided(workload, isScaled);
  } else if (isScaled) {
    findings.violation({
      object: workload,
      field: workload.field("spec", "replicas"),
      value: replicas.read(),
      problem: `but ${autoscaler.toString()} scales it, and each update sets it back`,
      fix: "Remove it.",
    });
  }
}
