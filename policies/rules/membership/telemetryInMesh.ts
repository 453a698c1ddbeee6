import { requireMeshNamespace } from "../../mesh/membership";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";

/** A control plane reads only the namespaces of its mesh. */
export const telemetryInMesh = stackRule(
  {
    name: "telemetry-in-mesh",
    displayName: "Telemetry only in the mesh's namespaces",
    description: "A Telemetry must be in a namespace that a mesh of the stack has.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/reference/config/telemetry/",
    remediationSteps: "Move the Telemetry into a namespace of the mesh, or make its namespace a member.",
  },
  (stack, findings) => {
    for (const telemetry of stack.ofKind(kinds.telemetry)) {
      requireMeshNamespace(
        stack,
        findings,
        telemetry,
        "no control plane reads it",
        "move it into a namespace of the mesh",
      );
    }
  },
);
