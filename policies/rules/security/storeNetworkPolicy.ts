import { anyOf, isUnknown, type Decision, type Field, type Unknown } from "../../kubernetes/fields";
import { cisBenchmark } from "../../pack/frameworks";
import { selects, type LabelOf } from "../../kubernetes/labelSelector";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { minioServer } from "../../tempo/minio";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";
import { podTemplate } from "../../kubernetes/workloads";

/** Pods that keep traces, and where it would say that nothing limits who reaches them. */
interface Store {
  readonly object: KubernetesObject;
  /** Not known if it is not known whether the object is such a store. */
  readonly field: Field | Unknown;
  readonly labelOf: LabelOf;
}

/** Without a NetworkPolicy every pod of the cluster reaches the object store and Tempo's ports, which ask no password. */
export const storeNetworkPolicy = stackRule(
  {
    name: "store-network-policy",
    displayName: "A NetworkPolicy around the store",
    description: "The pods that keep traces must be selected by a NetworkPolicy for ingress.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["security", "network"],
    url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    framework: cisBenchmark("5.3.2", "Ensure that all Namespaces have NetworkPolicies defined."),
    remediationSteps:
      "Leave spec.networkPolicy of the TempoStack on. For an object store of your own declare a NetworkPolicy that lets in Tempo's pods and those that provision buckets.",
  },
  (stack, findings) => {
    for (const { object, field, labelOf } of [...tempoStores(stack), ...minioStores(stack)]) {
      const covered = isUnknown(field) ? field : isCovered(stack, object, labelOf);
      if (isUnknown(covered) || isUnknown(field)) {
        findings.undecided(object, covered as Unknown);
      } else if (!covered) {
        findings.violation({
          object,
          field,
          problem: "and no NetworkPolicy of the stack selects its pods, so every pod of the cluster reaches them",
          fix: object.is(kinds.tempoStack)
            ? "Remove it, and the operator makes the policies."
            : "Declare a NetworkPolicy that lets in the pods that need the store.",
        });
      }
    }
  },
  { withoutMesh: true },
);

/** Labels by which a policy may select the pods of a TempoStack or TempoMonolithic, as the operator sets them. */
function operatorLabels(tempo: KubernetesObject): LabelOf {
  const name = tempo.is(kinds.tempoStack) ? "tempo" : "tempo-monolithic";
  return (key) =>
    key === "app.kubernetes.io/instance"
      ? tempo.name
      : new Map([
          ["app.kubernetes.io/name", name],
          ["app.kubernetes.io/managed-by", "tempo-operator"],
        ]).get(key);
}

function tempoStores(stack: Stack): readonly Store[] {
  const stacks = stack.ofKind(kinds.tempoStack).flatMap((object): readonly Store[] => {
    const field = object.field("spec", "networkPolicy", "enabled");
    const enabled = field.boolean();
    // The operator makes policies unless told not to.
    return enabled === false || isUnknown(enabled)
      ? [{ object, field: isUnknown(enabled) ? enabled : field, labelOf: operatorLabels(object) }]
      : [];
  });
  // For a TempoMonolithic the operator makes none.
  const monolithics = stack
    .ofKind(kinds.tempoMonolithic)
    .filter(({ isPatch }) => !isPatch)
    .map((object) => ({ object, field: object.field("metadata", "namespace"), labelOf: operatorLabels(object) }));
  return [...stacks, ...monolithics];
}

function minioStores(stack: Stack): readonly Store[] {
  return stack.objects.flatMap((object) => {
    const server = minioServer(object);
    const labels = podTemplate(object)?.at("metadata", "labels");
    if (!server || !labels || object.isPatch) {
      return [];
    }
    const field = isUnknown(server) ? server : object.field("metadata", "namespace");
    return [{ object, field, labelOf: (key: string) => labels.at(key).string() }];
  });
}

/** Whether a NetworkPolicy of the stack limits who reaches pods with these labels in the object's namespace. */
function isCovered(stack: Stack, object: KubernetesObject, labelOf: LabelOf): Decision {
  const namespace = object.namespace;
  return anyOf(
    stack.ofKind(kinds.networkPolicy).map((policy) => {
      const types = policy.field("spec", "policyTypes").strings();
      const values = types.map(({ value }) => value);
      const isForIngress = values.length === 0 || values.includes("Ingress");
      const unknown = [namespace, policy.namespace, ...(isForIngress ? [] : values)].find(isUnknown);
      if (unknown) {
        return unknown;
      }
      return isForIngress && policy.namespace === namespace && selects(policy.field("spec", "podSelector"), labelOf);
    }),
  );
}
