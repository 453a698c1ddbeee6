import { anyOf, isUnknown, type Decision, type Field } from "./fields";
import { kinds, type KubernetesObject, type Match } from "./match";
import type { Stack } from "./stack";

/** Kinds that only OpenShift has. */
const openshiftKinds: readonly Match[] = [
  kinds.route,
  kinds.project,
  kinds.deploymentConfig,
  kinds.scc,
  kinds.controlPlane,
  kinds.memberRoll,
  kinds.member,
];

/** Whether a stack shows that it is for OpenShift. */
export function isForOpenshift(stack: Stack): boolean {
  return openshiftKinds.some((match) => stack.ofKind(match).length > 0);
}

/** What the ClusterRoles are called that let their holders use a security context constraint. */
export const sccRole = "system:openshift:scc:";

/** Whether the stack gives the ServiceAccount of pods a constraint of its own. */
export function hasOwnScc(stack: Stack, object: KubernetesObject, pod: Field): Decision {
  const namespace = object.namespace;
  const account = pod.at("serviceAccountName").string() ?? "default";
  return anyOf(
    stack.ofKind(kinds.roleBinding).map((binding): Decision => {
      const role = binding.field("roleRef", "name").string();
      if (role === undefined || (!isUnknown(role) && !role.startsWith(sccRole))) {
        return false;
      }
      const names = binding.field("subjects").strings("name");
      const unknown = [role, namespace, account, ...names.map(({ value }) => value)].find(isUnknown);
      return unknown ?? names.some(({ value }) => value === account);
    }),
  );
}
