import { allOf, not } from "../../pack/decisions";
import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import { cisBenchmark } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { includes, refersTo, rightsOf, type Item, type Rights } from "../../access/rbac";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";

/** Verbs that let their holder take any other right. */
const takingVerbs: ReadonlyMap<string, string> = new Map([
  ["escalate", "give a role more rights than he has"],
  ["bind", "bind any role to himself"],
  ["impersonate", "act as anybody else"],
]);

/** Subresources that let their holder act in the place of nodes, users and service accounts. */
const takingResources: ReadonlyMap<string, string> = new Map([
  ["nodes/proxy", "run commands in every pod, past the API server"],
  ["serviceaccounts/token", "act as any service account"],
  ["certificatesigningrequests/approval", "make certificates for any user"],
]);

/** A right that is not needed is of use only to who takes over the pod or the user that has it. */
export const noWideRoles = stackRule(
  {
    name: "no-wide-roles",
    displayName: "No wildcards and no rights over rights",
    description: "A role must name its verbs, API groups and resources, and must not let its holder take other rights.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "access"],
    url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    framework: cisBenchmark("5.1.3", "Minimize wildcard use in Roles and ClusterRoles."),
    remediationSteps: "List the verbs and resources that the holder uses. Read Secrets by name, or in one namespace.",
  },
  (stack, findings) => {
    for (const object of stack.ofKind(kinds.role)) {
      const rules = rightsOf(object);
      if (isUnknown(rules)) {
        findings.undecided(object, rules);
        continue;
      }
      for (const rights of rules) {
        if (rights.doubt) {
          findings.undecided(object, rights.doubt);
        }
        const onSecrets = secretsEverywhere(object, rights);
        const isBoundApart = onSecrets.length > 0 && isForNamespaces(stack, object);
        if (isUnknown(isBoundApart)) {
          findings.undecided(object, isBoundApart);
        }
        for (const { item, problem, fix } of [...faults(rights), ...(isBoundApart === false ? onSecrets : [])]) {
          findings.violation({ object, field: item.field, problem, fix });
        }
      }
    }
  },
  { withoutMesh: true },
);

interface Fault {
  readonly item: Item;
  readonly problem: string;
  readonly fix: string;
}

function faults({ apiGroups, resources, verbs }: Rights): readonly Fault[] {
  const wildcards = [
    ...wildcard(verbs, "so its holder may do everything with these resources", "verbs"),
    ...wildcard(resources, "so it is for every resource that is there or will be", "resources"),
    ...wildcard(apiGroups, "so it is for every API that is there or will be", "API groups"),
  ];
  const taken = (items: readonly Item[], taking: ReadonlyMap<string, string>): readonly Fault[] =>
    items.flatMap((item) => {
      const deed = taking.get(item.value);
      return deed === undefined ? [] : { item, problem: `so its holder may ${deed}`, fix: "Remove it." };
    });
  return [...wildcards, ...taken(verbs, takingVerbs), ...taken(resources, takingResources)];
}

function wildcard(items: readonly Item[], problem: string, what: string): readonly Fault[] {
  return items
    .filter(({ value }) => value === "*")
    .map((item) => ({ item, problem, fix: `List the ${what} that are used.` }));
}

function secretsEverywhere(role: KubernetesObject, rights: Rights): readonly Fault[] {
  const { apiGroups, resources, verbs, resourceNames } = rights;
  const reads = includes(apiGroups, "", "*") && includes(verbs, "get", "list", "watch", "*");
  if (!reads || resourceNames.length > 0 || rights.doubt || !role.is(kinds.clusterRole)) {
    return [];
  }
  return resources
    .filter(({ value }) => value === "secrets")
    .map((item) => ({
      item,
      problem: "so its holder reads every Secret of the cluster",
      fix: "Name them in resourceNames, or bind the role in the namespaces that it is for.",
    }));
}

/** Whether a ClusterRole is bound, and only within namespaces. */
function isForNamespaces(stack: Stack, role: KubernetesObject): Decision {
  const bindings = stack.ofKind(kinds.roleBinding);
  const everywhere = bindings.filter((binding) => binding.is(kinds.clusterRoleBinding));
  return allOf([
    not(anyOf(everywhere.map((binding) => refersTo(binding, role)))),
    anyOf(bindings.map((binding) => refersTo(binding, role))),
  ]);
}
