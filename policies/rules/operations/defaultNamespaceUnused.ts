import { isUnknown } from "../../kubernetes/fields";
import { cisBenchmark } from "../../pack/frameworks";
import { everyKind, kinds, type KubernetesObject, type Match } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";
import { workloadKinds } from "../../kubernetes/workloads";

/** Kinds that are in a namespace for sure; of others only those are judged that name one. */
const namespaced: readonly Match[] = [
  ...workloadKinds,
  kinds.service,
  kinds.serviceAccount,
  kinds.configMap,
  kinds.secret,
  kinds.persistentVolumeClaim,
  kinds.networkPolicy,
  kinds.ingress,
  kinds.route,
  kinds.autoscaler,
  kinds.controlPlane,
  kinds.memberRoll,
  kinds.member,
  kinds.telemetry,
  kinds.tempoStack,
  kinds.tempoMonolithic,
  kinds.kiali,
  kinds.collector,
  kinds.bucketClaim,
];

/** Policies, quotas and rights go by namespace; the default one has none, and everyone lands there by accident. */
export const defaultNamespaceUnused = resourceRule(
  {
    name: "default-namespace-unused",
    displayName: "Nothing in the namespace default",
    description: "An object must be in a namespace that was made for it, and not in default.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    framework: cisBenchmark("5.7.4", "The default namespace should not be used"),
    remediationSteps: "Set metadata.namespace, or the namespace of the provider.",
  },
  [everyKind],
  (object, findings) => {
    const namespace = object.namespace;
    const named = object.field("metadata", "namespace");
    if (isUnknown(namespace)) {
      findings.undecided(object, namespace);
    } else if (namespace === "default" && (named.read() !== undefined || isNamespaced(object))) {
      findings.violation({
        object,
        field: named,
        problem:
          named.read() === undefined
            ? "nor is the provider's, so it lands where the kubeconfig's context points, in default unless it says otherwise"
            : "where everything lands that names no namespace",
        fix: "Set it to a namespace of the application.",
      });
    }
  },
);

function isNamespaced(object: KubernetesObject): boolean {
  return namespaced.some((match) => object.is(match));
}
