import { podSecurityStandards } from "../../pack/frameworks";
import { podOf } from "../../podSecurity/podSecurity";
import { baselineControls } from "../../podSecurity/podSecurityBaseline";
import { restrictPods } from "../../podSecurity/podSecurityRemedy";
import { restrictedControls } from "../../podSecurity/podSecurityRestricted";
import { resourceRule } from "../../pack/rule";
import { workloadKinds } from "../../kubernetes/workloads";

/**
 * Kubernetes itself refuses such pods only in namespaces that ask for it, and then at the pod, not at the workload that
 * makes it: the Deployment is accepted and no pod ever starts.
 */
export const restrictedPods = resourceRule(
  {
    name: "restricted-pods",
    displayName: "Pods keep the restricted standard",
    description: "The pods of a workload must keep the restricted profile of the Pod Security Standards.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "pods"],
    url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    framework: podSecurityStandards("Restricted", "Heavily restricted policy, following Pod hardening best practices."),
    remediationSteps:
      "Set the fields that each violation names in the pod's securityContext, or in that of its containers, and remove those that are forbidden.",
  },
  workloadKinds,
  (object, findings) => {
    const { pod, doubts } = podOf(object)!;
    doubts.forEach((because) => findings.undecided(object, because));
    for (const control of [...baselineControls, ...restrictedControls]) {
      control(pod, {
        breach: (field, problem, fix) => findings.violation({ object, field, problem, fix }),
        undecided: (because) => findings.undecided(object, because),
      });
    }
  },
  { remediate: restrictPods },
);
