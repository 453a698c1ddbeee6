import { whoeverIs } from "../../everyone";
import { isUnknown, type Unknown } from "../../fields";
import { hardeningGuide } from "../../frameworks";
import type { KubernetesObject } from "../../match";
import { bindings, boundRoles, includes, rightsOf, type Rights } from "../../rbac";
import { stackRule } from "../../rule";
import type { Stack } from "../../stack";

/** The API group by whose rights Tempo's gateway decides who reads and writes a tenant's traces. */
const tempoGroup = "tempo.grafana.com";

/**
 * Traces tell what the mesh's users did, with their URLs. The samples of tempo-operator and Kiali bind the readers to
 * everybody who can log in, and are copied like that.
 */
export const tenantsNotForEveryone = stackRule(
  {
    name: "tenants-not-for-everyone",
    displayName: "Tenants are read by those who should",
    description: "The traces of a tenant must be read and written by chosen users, groups or service accounts.",
    enforcementLevel: "mandatory",
    severity: "critical",
    tags: ["security", "access"],
    url: "https://grafana.com/docs/tempo/latest/setup/operator/multitenancy/",
    framework: hardeningGuide("Authentication and authorization", "Rights must be given to those who need them."),
    remediationSteps:
      "Bind the role to the group that looks after the tenant, to the ServiceAccount of the collector that writes, and to Kiali's.",
  },
  (stack, findings) => {
    for (const object of bindings(stack)) {
      const given = tenantRights(stack, object);
      if (given === undefined) {
        continue;
      }
      for (const { field, value: subject } of object.field("subjects").strings("name")) {
        const whoever = isUnknown(subject) ? undefined : whoeverIs(subject);
        const unknown = [subject, given].find(isUnknown);
        if (unknown && (isUnknown(subject) || whoever !== undefined)) {
          findings.undecided(object, unknown);
        } else if (whoever !== undefined && !isUnknown(given)) {
          findings.violation({
            object,
            field,
            problem: `so ${whoever} ${given}`,
            fix: "Name the users, groups or service accounts that need it.",
          });
        }
      }
    }
  },
  { withoutMesh: true },
);

/** What a binding lets its subjects do with tenants, as the rest of a sentence; undefined if nothing. */
function tenantRights(stack: Stack, binding: KubernetesObject): string | Unknown | undefined {
  const roles = boundRoles(stack, binding);
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
