import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";

/** Maistra refuses to configure a control plane's namespace as a member, its own or another's. */
export const controlPlaneNotMember = stackRule(
  {
    name: "control-plane-not-member",
    displayName: "The control plane is not its own member",
    description: "The namespace of a control plane must not be a member of a mesh: it belongs to its mesh already.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["membership"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/service_mesh/service-mesh-2-x#ossm-member-roll-create_ossm-create-mesh",
    remediationSteps: "Remove the control plane's namespace from the members (config key mesh-tracing:members).",
  },
  (stack, findings) => {
    const controlPlanes = new Set<unknown>(stack.meshes.all.map((mesh) => mesh.namespace));
    for (const { object, field, namespace } of stack.meshes.all.flatMap((mesh) => mesh.members)) {
      if (isUnknown(namespace)) {
        findings.undecided(object, namespace);
      } else if (controlPlanes.has(namespace)) {
        findings.violation({
          object,
          field,
          problem: "the namespace of a control plane, which belongs to its mesh without being a member",
          fix: object.is(kinds.member) ? "Remove this ServiceMeshMember." : "Remove it from spec.members.",
        });
      }
    }
  },
);
