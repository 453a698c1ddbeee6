import { whoeverIs } from "../../access/everyone";
import { isUnknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { cisBenchmark } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { tenantRights } from "../../access/tenants";

/** Roles that Kubernetes and OpenShift themselves bind to everyone: they tell versions and who one is. */
const harmless: ReadonlySet<string> = new Set([
  "basic-user",
  "cluster-status",
  "discovery",
  "self-access-reviewer",
  "system:basic-user",
  "system:build-strategy-docker",
  "system:build-strategy-jenkinspipeline",
  "system:build-strategy-source",
  "system:discovery",
  "system:oauth-token-deleter",
  "system:public-info-viewer",
  "system:scope-impersonation",
  "system:service-account-issuer-discovery",
  "system:webhook",
  "system:image-puller",
]);

const allow = "Or list the binding under except of policy no-wide-bindings.";

/** Who is bound to cluster-admin reads every Secret of the cluster; what everyone may do needs no stolen credential. */
export const noWideBindings = stackRule(
  {
    name: "no-wide-bindings",
    displayName: "No binding to cluster-admin or to everyone",
    description: "A binding must not make a cluster administrator, and must not give rights to everyone.",
    enforcementLevel: "mandatory",
    severity: "critical",
    tags: ["security", "access"],
    url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    framework: cisBenchmark("5.1.1", "Ensure that the cluster-admin role is only used where required."),
    remediationSteps:
      "Bind a role with the rights that are needed, to the users, groups or service accounts that need them.",
    configSchema: {
      properties: {
        except: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Names of bindings that may be as wide as they are.",
          default: [],
        },
      },
    },
  },
  (stack, findings, config) => {
    const except: readonly unknown[] = (config["except"] as readonly string[] | undefined) ?? [];
    for (const binding of stack.ofKind(kinds.roleBinding).filter(({ name }) => !except.includes(name))) {
      const { name } = binding;
      if (isUnknown(name) && except.length > 0) {
        findings.undecided(binding, name);
        continue;
      }
      judgeRole(binding, findings);
      // Rights on tenants have a rule of their own.
      const onTenants = tenantRights(stack, binding);
      if (onTenants === undefined) {
        judgeSubjects(binding, findings);
      } else if (isUnknown(onTenants)) {
        findings.undecided(binding, onTenants);
      }
    }
  },
  { withoutMesh: true },
);

function judgeRole(object: KubernetesObject, findings: Findings): void {
  const field = object.field("roleRef", "name");
  const role = field.string();
  if (isUnknown(role)) {
    findings.undecided(object, role);
  } else if (role === "cluster-admin") {
    findings.violation({
      object,
      field,
      problem: object.is(kinds.clusterRoleBinding)
        ? "so its subjects may do everything in the cluster, and read every Secret"
        : "so its subjects may do everything in the namespace, and change who may do what there",
      fix: `Bind a role with the rights that are needed. ${allow}`,
    });
  }
}

function judgeSubjects(object: KubernetesObject, findings: Findings): void {
  const role = object.field("roleRef", "name").string();
  if (typeof role !== "string" || harmless.has(role)) {
    return;
  }
  for (const { field, value: subject } of object.field("subjects").strings("name")) {
    if (isUnknown(subject)) {
      findings.undecided(object, subject);
      continue;
    }
    const whoever = subject === "system:masters" ? "whoever has a certificate of that group" : whoeverIs(subject);
    if (whoever !== undefined) {
      findings.violation({
        object,
        field,
        problem: `so ${whoever} gets the rights of role ${role}`,
        fix: `Name the users, groups or service accounts that need them. ${allow}`,
      });
    }
  }
}
