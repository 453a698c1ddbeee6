import { isUnknown } from "../../kubernetes/fields";
import { openshiftConstraints } from "../../pack/frameworks";
import { hasOwnScc, isForOpenshift } from "../../kubernetes/openshift";
import { podOf } from "../../podSecurity/podSecurity";
import { stackRule } from "../../pack/rule";

/**
 * OpenShift gives each namespace a range of ids. A pod that asks for another one is refused, at the pod: the Deployment
 * is there, and nothing runs.
 */
export const openshiftAssignedIds = stackRule(
  {
    name: "openshift-assigned-ids",
    displayName: "Ids are OpenShift's to assign",
    description: "On OpenShift a pod must leave its user, its volumes' group and its SELinux label to the namespace.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["security", "pods"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/authentication_and_authorization/managing-pod-security-policies",
    framework: openshiftConstraints("restricted-v2", "The default constraint of authenticated users."),
    remediationSteps:
      "Remove the ids; build the image so that any user of group 0 can run it. If it needs its own, bind nonroot-v2 to its ServiceAccount.",
  },
  (stack, findings) => {
    for (const object of isForOpenshift(stack) ? stack.objects : []) {
      const { pod, doubts = [] } = podOf(object) ?? {};
      if (!pod) {
        continue;
      }
      doubts.forEach((because) => findings.undecided(object, because));
      const fields = [
        ...pod.contexts.flatMap((context) => [context.at("runAsUser"), context.at("seLinuxOptions", "level")]),
        pod.spec.at("securityContext", "fsGroup"),
      ];
      for (const field of fields.filter((place) => place.read() !== undefined)) {
        const value = field.read();
        const isAllowed = isUnknown(value) ? value : hasOwnScc(stack, object, pod.spec);
        if (isUnknown(isAllowed)) {
          findings.undecided(object, isAllowed);
        } else if (!isAllowed) {
          findings.violation({
            object,
            field,
            problem: "which the namespace's range is unlikely to have, so OpenShift refuses the pods",
            fix: "Remove it, or bind a constraint such as nonroot-v2 to the pods' ServiceAccount.",
          });
        }
      }
    }
  },
  { withoutMesh: true },
);
