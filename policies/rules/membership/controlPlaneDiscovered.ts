import { anyOf, isUnknown, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { selects } from "../../kubernetes/labelSelector";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";

/** Istio makes no exception for its own namespace: undiscovered, the Telemetry in it holds for nobody. */
export const controlPlaneDiscovered = stackRule(
  {
    name: "control-plane-discovered",
    displayName: "The control plane discovers its own namespace",
    description: "The discoverySelectors of an Istio must match the root namespace, where mesh-wide Telemetry is.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-discovery_selectors",
    remediationSteps:
      "Label the control plane's namespace as discoverySelectors ask for, like every namespace of the mesh.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      for (const object of mesh.objects.controlPlanes.filter((plane) => plane.is(kinds.istio))) {
        judge(stack, object, mesh.rootNamespace, findings);
      }
    }
  },
);

function judge(stack: Stack, object: KubernetesObject, root: string | Unknown, findings: Findings): void {
  const field = object.field("spec", "values", "meshConfig", "discoverySelectors");
  const selectors = field.items();
  if (isUnknown(selectors) || selectors.length === 0) {
    return isUnknown(selectors) ? findings.undecided(object, selectors) : undefined;
  }
  if (isUnknown(root)) {
    return findings.undecided(object, root);
  }
  const isMatched = anyOf(selectors.map((selector) => selects(selector, stack.namespaces.labelsOf(root))));
  if (isUnknown(isMatched)) {
    findings.undecided(object, isMatched);
  } else if (!isMatched) {
    findings.violation({
      object,
      field,
      problem: `which does not match namespace ${root}, so Istio does not read the Telemetry there`,
      fix: `Label namespace ${root} so that one of the selectors matches it.`,
    });
  }
}
