import { isUnknown, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { boundRoles, includes, rightsOf, type Rights } from "./rbac";
import type { Stack } from "../kubernetes/stack";

/** The API group by whose rights Tempo's gateway decides who reads and writes a tenant's traces. */
const tempoGroup = "tempo.grafana.com";

/** What a binding lets its subjects do with tenants, as the rest of a sentence; undefined if nothing. */
export function tenantRights(stack: Stack, binding: KubernetesObject): string | Unknown | undefined {
  const { roles, doubt } = boundRoles(stack, binding);
  if (roles.length === 0 && doubt) {
    return doubt;
  }
  if (roles.length === 0) {
    const name = binding.field("roleRef", "name").string();
    // A role that others made is judged by its name: those of the operator's and Kiali's samples tell.
    const tells = typeof name === "string" && /tempo|traces/i.test(name);
    return isUnknown(name) ? name : tells ? `gets what role ${name} allows, by its name on traces` : undefined;
  }
  const rules = roles.map(rightsOf);
  const known = rules.flatMap((rights) => (isUnknown(rights) ? [] : rights));
  const onTenants = known.find(allowsTenants);
  return onTenants ? inWords(onTenants) : (rules.find(isUnknown) ?? known.find(({ doubt }) => doubt)?.doubt);
}

function allowsTenants({ apiGroups, verbs }: Rights): boolean {
  return includes(apiGroups, tempoGroup, "*") && includes(verbs, "get", "create", "*");
}

function inWords({ resources, verbs }: Rights): string {
  const deeds = [
    ...(includes(verbs, "get", "*") ? ["reads"] : []),
    ...(includes(verbs, "create", "*") ? ["writes"] : []),
  ];
  const names = resources.map(({ value }) => value);
  return `${deeds.join(" and ")} the traces of ${names.includes("*") ? "every tenant" : `tenant ${names.join(", ")}`}`;
}
