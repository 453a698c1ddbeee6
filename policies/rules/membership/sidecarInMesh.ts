import { isUnknown } from "../../kubernetes/fields";
import { requireMeshNamespace } from "../../mesh/membership";
import { stackRule } from "../../pack/rule";
import { sidecarRequest } from "../../kubernetes/workloads";

/** Outside the mesh nobody answers the request: the pods start without a proxy and send no spans. */
export const sidecarInMesh = stackRule(
  {
    name: "sidecar-in-mesh",
    displayName: "Sidecars only in the mesh's namespaces",
    description: "A workload that asks for a sidecar must be in a namespace that a mesh of the stack has.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    remediationSteps: "Make the workload's namespace a member of the mesh (config key mesh-tracing:members).",
  },
  (stack, findings) => {
    for (const object of stack.objects) {
      const request = sidecarRequest(object);
      if (isUnknown(request)) {
        findings.undecided(object, request);
      } else if (request) {
        const asked = `${request.toString()} asks for a sidecar that it will not get`;
        requireMeshNamespace(stack, findings, object, asked, `remove ${request.toString()}`);
      }
    }
  },
);
