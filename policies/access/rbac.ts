import { allOf, equals, not, same } from "../pack/decisions";
import { isUnknown, type Decision, type Field, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";

/** An item of a list, with its value. */
export interface Item {
  readonly field: Field;
  readonly value: string;
}

/** A rule of a Role or ClusterRole: which verbs it allows on what. */
export interface Rights {
  readonly apiGroups: readonly Item[];
  readonly resources: readonly Item[];
  readonly verbs: readonly Item[];
  /** The objects that it is limited to; none if it is for all. */
  readonly resourceNames: readonly Item[];
  /** Why there may be more. */
  readonly doubt: Unknown | undefined;
}

/** The rules of a Role or ClusterRole. */
export function rightsOf(role: KubernetesObject): readonly Rights[] | Unknown {
  const rules = role.field("rules").items();
  return isUnknown(rules) ? rules : rules.map(rightsIn);
}

function rightsIn(rule: Field): Rights {
  const doubts: Unknown[] = [];
  const items = (key: string): readonly Item[] =>
    rule
      .at(key)
      .strings()
      .flatMap(({ field, value }) => {
        if (!isUnknown(value)) {
          return { field, value };
        }
        doubts.push(value);
        return [];
      });
  const [apiGroups, resources, verbs] = [items("apiGroups"), items("resources"), items("verbs")];
  return { apiGroups, resources, verbs, resourceNames: items("resourceNames"), doubt: doubts[0] };
}

/** Whether one of the items has one of the values. */
export function includes(items: readonly Item[], ...values: readonly string[]): boolean {
  return items.some(({ value }) => values.includes(value));
}

/** Whether a binding refers to a role. */
export function refersTo(binding: KubernetesObject, role: KubernetesObject): Decision {
  const isCluster = equals(binding.field("roleRef", "kind"), "ClusterRole");
  return allOf([
    same(binding.field("roleRef", "name").string(), role.name),
    ...(role.is(kinds.clusterRole) ? [isCluster] : [not(isCluster), same(role.namespace, binding.namespace)]),
  ]);
}

/** The roles to which a binding refers, of those that the stack declares, and why there may be others. */
export function boundRoles(
  stack: Stack,
  binding: KubernetesObject,
): { roles: readonly KubernetesObject[]; doubt: Unknown | undefined } {
  const all = stack.ofKind(kinds.role).map((role) => ({ role, isBound: refersTo(binding, role) }));
  return {
    roles: all.filter(({ isBound }) => isBound === true).map(({ role }) => role),
    doubt: all.map(({ isBound }) => isBound).find(isUnknown),
  };
}
