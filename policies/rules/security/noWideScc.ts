import { isUnknown, type Field } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { openshiftConstraints } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { sccRole } from "../../kubernetes/openshift";
import { includes, rightsOf } from "../../access/rbac";
import { resourceRule } from "../../pack/rule";

/** The constraints of OpenShift that let pods be root, or reach what belongs to the node. */
const wide: ReadonlySet<string> = new Set([
  "anyuid",
  "hostaccess",
  "hostmount-anyuid",
  "hostmount-anyuid-v2",
  "hostnetwork",
  "hostnetwork-v2",
  "node-exporter",
  "privileged",
]);

const fix = "Use restricted-v2, or nonroot-v2 if the image needs its own user.";

/** Whoever may use such a constraint may start a pod that takes over its node, or whatever runs there. */
export const noWideScc = resourceRule(
  {
    name: "no-wide-scc",
    displayName: "No wide security context constraints",
    description: "On OpenShift a ServiceAccount must not use constraints that let pods be root or reach the node.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "access"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/authentication_and_authorization/managing-pod-security-policies",
    framework: openshiftConstraints("restricted-v2", "The default constraint of authenticated users."),
    remediationSteps: "Make the image run as any user, and remove the binding. Istio needs none with its CNI plugin.",
  },
  [kinds.roleBinding, kinds.role],
  (object, findings) => {
    if (object.is(kinds.role)) {
      judgeRole(object, findings);
    } else {
      judgeName(object, object.field("roleRef", "name"), sccRole, findings);
    }
  },
);

function judgeRole(object: KubernetesObject, findings: Findings): void {
  const rules = rightsOf(object);
  if (isUnknown(rules)) {
    findings.undecided(object, rules);
    return;
  }
  for (const { apiGroups, resources, verbs, resourceNames, doubt } of rules) {
    if (doubt) {
      findings.undecided(object, doubt);
    }
    const uses =
      includes(apiGroups, "security.openshift.io") &&
      includes(resources, "securitycontextconstraints") &&
      includes(verbs, "use", "*");
    if (uses) {
      resourceNames.forEach(({ field }) => judgeName(object, field, "", findings));
    }
  }
}

function judgeName(object: KubernetesObject, field: Field, prefix: string, findings: Findings): void {
  const name = field.string();
  if (isUnknown(name)) {
    findings.undecided(object, name);
  } else if (name?.startsWith(prefix) && wide.has(name.slice(prefix.length))) {
    findings.violation({ object, field, problem: "which lets pods be root or reach the node", fix });
  }
}
