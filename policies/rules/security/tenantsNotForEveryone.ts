import { whoeverIs } from "../../access/everyone";
import { isUnknown } from "../../kubernetes/fields";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { tenantRights } from "../../access/tenants";

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
    for (const object of stack.ofKind(kinds.roleBinding)) {
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
