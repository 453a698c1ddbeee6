import { isUnknown, type Field } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { goesByIstio, injectionLabel, revisionLabel } from "../../mesh/injection";
import type { KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";
import { injectKey, podTemplate, sidecarRequest } from "../../kubernetes/workloads";

/** Istio injects where one of its webhooks selects namespace and pod. What they do not select starts without a sidecar. */
export const sidecarRequestEffective = stackRule(
  {
    name: "sidecar-request-effective",
    displayName: "Requests for sidecars that Istio hears",
    description: "A workload in a mesh of Istio's own must ask for its sidecar by what Istio's webhooks select.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    remediationSteps: `Label the pods ${injectKey}: "true", in a namespace that is not labelled ${injectionLabel}: disabled.`,
  },
  (stack, findings) => {
    if (!stack.meshes.all.some((mesh) => mesh.isSail)) {
      return;
    }
    for (const object of stack.objects) {
      const request = sidecarRequest(object);
      const namespace = object.namespace;
      const isIstios = isUnknown(namespace) ? namespace : goesByIstio(stack, namespace);
      const unknown = request && [request, isIstios].find(isUnknown);
      if (unknown) {
        findings.undecided(object, unknown);
      } else if (request && !isUnknown(request) && !isUnknown(namespace) && isIstios === true) {
        judge(stack, object, request, namespace, findings);
      }
    }
  },
);

function judge(stack: Stack, object: KubernetesObject, request: Field, namespace: string, findings: Findings): void {
  const labelOf = stack.namespaces.labelsOf(namespace);
  const [injection, revision] = [labelOf(injectionLabel), labelOf(revisionLabel)];
  const labels = podTemplate(object)!.at("metadata", "labels");
  const byLabel = labels.at(injectKey).read() === "true" || labels.at(revisionLabel).read() !== undefined;
  if (typeof injection === "string" && injection !== "enabled") {
    findings.violation({
      object,
      field: request,
      problem: `but namespace ${namespace} is labelled ${injectionLabel}: ${injection}, which outweighs it: the pods get no sidecar`,
      fix: `Remove that label from the namespace, or this request.`,
    });
  } else if (!byLabel && injection === undefined && revision === undefined) {
    findings.violation({
      object,
      field: request,
      problem: `but Istio selects pods by the label ${injectKey}: "true" alone: these get no sidecar`,
      fix: `Set ${labels.at(injectKey).toString()} to "true", or label namespace ${namespace}.`,
    });
  } else if (isUnknown(injection) && stack.namespaces.has(namespace) !== false) {
    findings.undecided(object, injection);
  } else if (!byLabel) {
    const unknown = [injection, revision].find(isUnknown);
    if (unknown && typeof injection !== "string" && typeof revision !== "string") {
      findings.undecided(object, unknown);
    }
  }
}
