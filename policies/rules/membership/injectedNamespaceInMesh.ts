import { isUnknown } from "../../kubernetes/fields";
import { namespaceRequest } from "../../mesh/injection";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";

/** Istio injects by the label, whether or not it discovers the namespace; such a sidecar gets no configuration. */
export const injectedNamespaceInMesh = stackRule(
  {
    name: "injected-namespace-in-mesh",
    displayName: "Injected namespaces are in the mesh",
    description: "A namespace that is labelled for injection must be one that a mesh of the stack has.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-discovery_selectors",
    remediationSteps: "Label the namespace so that discoverySelectors match it, or make it a member of the mesh.",
  },
  (stack, findings) => {
    for (const object of [...stack.ofKind(kinds.namespace), ...stack.ofKind(kinds.project)]) {
      const request = namespaceRequest(object);
      const name = object.name ?? "";
      const inMesh = request && (isUnknown(name) ? name : stack.meshes.contain(name));
      const unknown = [request, inMesh].find(isUnknown);
      if (unknown) {
        findings.undecided(object, unknown);
      } else if (request && !isUnknown(request) && !isUnknown(name) && !inMesh) {
        findings.violation({
          object,
          field: request.field,
          problem: "but no mesh of the stack has the namespace: its sidecars know no services and no tracing",
          fix: `To fix it, ${stack.meshes.all.map((mesh) => mesh.howToJoin(name)).join(", or ")}, or remove the label.`,
        });
      }
    }
  },
);
