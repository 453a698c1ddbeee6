import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import type { Stack } from "../../kubernetes/stack";
import { injectKey, podTemplate, workloadKinds } from "../../kubernetes/workloads";
import { injectionLabel, namespaceRequest, revisionLabel } from "../../mesh/injection";
import { allOf, isSet, not, same } from "../../pack/decisions";
import { stackRule } from "../../pack/rule";

/** The labels by which pods say what they are to a mesh. */
const identity = ["app", "version"] as const;

/** Labels of a namespace that decide whether and how its pods are in the mesh. */
const decisions = [injectionLabel, revisionLabel, "istio.io/dataplane-mode"] as const;

/** The label on the wrong namespace is not missed by anything: its pods run, without sidecars and without traces. */
export const injectedNamespaceHasPods = stackRule(
  {
    name: "injected-namespace-has-pods",
    displayName: "The namespace that is labelled is the one with the pods",
    description: "A label for injection must be on the namespace that has the pods which are meant for the mesh.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["membership"],
    url: "https://docs.redhat.com/en/documentation/red_hat_openshift_service_mesh/3.1/html/installing/ossm-sidecar-injection",
    remediationSteps: `Label the namespace of the application, or, where its pods are to be without a sidecar, label these ${injectKey}: "false".`,
  },
  (stack, findings) => {
    const namespaces = [...stack.ofKind(kinds.namespace), ...stack.ofKind(kinds.project)];
    const workloads = workloadKinds.flatMap((match) => stack.ofKind(match));
    const isLeft = new Map(namespaces.map((namespace) => [namespace, isLeftOut(namespace, workloads, stack)]));
    for (const object of namespaces) {
      const request = namespaceRequest(object);
      const isBroken = allOf([
        isUnknown(request) ? request : request !== undefined,
        not(anyOf(workloads.map((workload) => same(workload.namespace, object.name)))),
        anyOf([...isLeft.values()]),
      ]);
      if (isUnknown(isBroken)) {
        findings.undecided(object, isBroken);
      } else if (isBroken && request && !isUnknown(request)) {
        const [left] = [...isLeft].find(([, answer]) => answer === true)!;
        findings.violation({
          object,
          field: request.field,
          problem: `but the stack has no pods there, and those in ${left.toString()} get no sidecar`,
          fix: `Label ${left.toString()}, or its pods ${injectKey}: "false" if that is meant.`,
        });
      }
    }
  },
);

/** Whether a namespace says nothing of the mesh, and has pods that are labelled for one and say nothing either. */
function isLeftOut(namespace: KubernetesObject, workloads: readonly KubernetesObject[], stack: Stack): Decision {
  const name = namespace.name;
  if (typeof name !== "string") {
    return name ?? false;
  }
  const labels = namespace.field("metadata", "labels");
  return allOf([
    ...decisions.map((label) => not(isSet(labels.at(label)))),
    stack.meshes.contain(name),
    anyOf(workloads.map((workload) => allOf([same(workload.namespace, name), isForMesh(workload)]))),
  ]);
}

function isForMesh(workload: KubernetesObject): Decision {
  const metadata = podTemplate(workload)!.at("metadata");
  const requests = [
    metadata.at("labels", injectKey),
    metadata.at("annotations", injectKey),
    metadata.at("labels", revisionLabel),
  ];
  return allOf([
    ...requests.map((request) => not(isSet(request))),
    ...identity.map((label) => isSet(metadata.at("labels", label))),
  ]);
}
