import type { PolicyConfigSchema } from "@pulumi/policy";
import { isUnknown } from "../../kubernetes/fields";
import { podSecurityStandards } from "../../pack/frameworks";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

const enforceLabel = "pod-security.kubernetes.io/enforce";

/** The levels of the Pod Security Standards, the strictest first. */
const levels = ["restricted", "baseline", "privileged"] as const;

const configSchema: PolicyConfigSchema = {
  properties: {
    level: {
      type: "string",
      enum: ["restricted", "baseline"],
      description: "The weakest level of the Pod Security Standards that a namespace may enforce.",
      default: "restricted",
    },
    except: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Namespaces that need more, such as one of a CNI plugin.",
      default: [],
    },
  },
};

/** Without the label a namespace takes any pod, privileged ones too. */
export const restrictedNamespaces = resourceRule(
  {
    name: "restricted-namespaces",
    displayName: "Namespaces enforce a pod security standard",
    description: "A namespace must have Kubernetes refuse pods that break the restricted profile.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["security", "pods"],
    url: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
    framework: podSecurityStandards("Restricted", "Namespace label pod-security.kubernetes.io/enforce."),
    remediationSteps: `Label the namespace ${enforceLabel}: restricted, after its pods keep that profile.`,
    configSchema,
  },
  [kinds.namespace],
  (object, findings, config) => {
    const wanted = (config["level"] ?? "restricted") as (typeof levels)[number];
    const except = (config["except"] ?? []) as readonly string[];
    const name = object.name;
    // Kubernetes refuses a namespace without a name anyway.
    if (name === undefined || except.some((exception) => exception === name)) {
      return;
    }
    const field = object.field("metadata", "labels", enforceLabel);
    const level = field.string();
    const unknown = isUnknown(level) ? level : except.length > 0 && isUnknown(name) ? name : undefined;
    if (unknown) {
      findings.undecided(object, unknown);
      return;
    }
    // A patch adds labels to a namespace that may have this one already.
    const isElsewhere = level === undefined && object.isPatch;
    const strictEnough = levels.slice(0, levels.indexOf(wanted) + 1);
    if (!isElsewhere && !(strictEnough as readonly unknown[]).includes(level)) {
      findings.violation({
        object,
        field,
        problem:
          level === undefined
            ? "so Kubernetes takes privileged pods here"
            : `so Kubernetes takes pods here that break the ${wanted} profile`,
        fix: `Set it to ${wanted}, or list the namespace under except of policy restricted-namespaces.`,
      });
    }
  },
);
