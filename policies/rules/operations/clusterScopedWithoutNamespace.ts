import { isUnknown } from "../../kubernetes/fields";
import { kinds, type KubernetesObject, type Match } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** Kinds whose operator puts what it makes into the namespace that `spec.namespace` names. */
const placedBySpec: readonly Match[] = [kinds.istio, kinds.istioCni, kinds.ztunnel];

/** Kinds that are in no namespace. */
const clusterScoped: readonly Match[] = [
  ...placedBySpec,
  kinds.istioRevisionTag,
  kinds.namespace,
  kinds.project,
  kinds.clusterRole,
  kinds.clusterRoleBinding,
  kinds.scc,
  kinds.webhookConfiguration,
  kinds.customResourceDefinition,
  kinds.apiService,
  kinds.uiPlugin,
  { group: "core", kinds: ["Node", "PersistentVolume"] },
  { group: "storage.k8s.io", kinds: ["StorageClass"] },
  { group: "scheduling.k8s.io", kinds: ["PriorityClass"] },
  { group: "gateway.networking.k8s.io", kinds: ["GatewayClass"] },
];

/** The API server drops the namespace without a word, and whoever reads the manifest looks in the wrong place. */
export const clusterScopedWithoutNamespace = resourceRule(
  {
    name: "cluster-scoped-without-namespace",
    displayName: "No namespace where there is none",
    description: "An object of a kind that is in no namespace must not name one.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#not-all-objects-are-in-a-namespace",
    remediationSteps: "Remove metadata.namespace. Where a control plane runs, spec.namespace of its Istio says.",
  },
  clusterScoped,
  (object, findings) => {
    const field = object.field("metadata", "namespace");
    const namespace = field.string();
    if (isUnknown(namespace)) {
      findings.undecided(object, namespace);
    } else if (namespace) {
      findings.violation({
        object,
        field,
        problem: `but no ${object.kind} is in a namespace, so the API server drops it`,
        fix: isPlacedBySpec(object) ? "Remove it; spec.namespace says where the pods run." : "Remove it.",
      });
    }
  },
);

function isPlacedBySpec(object: KubernetesObject): boolean {
  return placedBySpec.some((match) => object.is(match));
}
