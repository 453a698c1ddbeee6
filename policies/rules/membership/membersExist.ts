import { existingNamespaces, existingNamespacesSchema } from "../../pack/config";
import { isUnknown } from "../../kubernetes/fields";
import { stackRule } from "../../pack/rule";

/** Maistra accepts a member that does not exist and waits for it forever; the roll is then not complete. */
export const membersExist = stackRule(
  {
    name: "members-exist",
    displayName: "Members of the mesh exist",
    description: "Each member of a mesh must be a namespace that the stack creates or adopts.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["membership"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/service_mesh/service-mesh-2-x#ossm-member-roll-create_ossm-create-mesh",
    remediationSteps:
      "Correct the name, declare the namespace in the stack, or list it under existing in the policy pack's configuration.",
    configSchema: existingNamespacesSchema,
  },
  (stack, findings, config) => {
    const existing = new Set(["*", ...existingNamespaces(config)]);
    for (const { object, field, namespace } of stack.meshes.all.flatMap((mesh) => mesh.members)) {
      const exists = isUnknown(namespace) ? namespace : existing.has(namespace) || stack.namespaces.has(namespace);
      if (isUnknown(exists)) {
        findings.undecided(object, exists);
      } else if (!exists) {
        findings.violation({
          object,
          field,
          problem: "a member of the mesh, but the stack neither creates nor adopts such a namespace",
          fix: "Correct the name, declare the namespace, or list it under existing of policy members-exist if others made it.",
        });
      }
    }
  },
);
