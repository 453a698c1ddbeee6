import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** Maistra's webhook refuses any other name, but only once the object gets to the cluster. */
export const memberObjectsNamedDefault = resourceRule(
  {
    name: "member-objects-named-default",
    displayName: "Member roll and members are named default",
    description: "A ServiceMeshMemberRoll and a ServiceMeshMember must be named default.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["membership"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/service_mesh/service-mesh-2-x#ossm-member-roll-create_ossm-create-mesh",
    remediationSteps: "Set metadata.name to default.",
  },
  [kinds.memberRoll, kinds.member],
  (object, findings) => {
    const name = object.name;
    if (isUnknown(name)) {
      findings.undecided(object, name);
    } else if (name !== undefined && name !== "default") {
      findings.violation({
        object,
        field: object.field("metadata", "name"),
        problem: "but Maistra takes only the name default",
        fix: 'Set it to "default".',
      });
    }
  },
);
