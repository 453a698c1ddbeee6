import { isUnknown } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { isMeshWide } from "../../mesh/telemetry";

/** Istio takes the oldest mesh-wide Telemetry and ignores the others, so which rate holds depends on who came first. */
export const singleMeshWideTelemetry = stackRule(
  {
    name: "single-mesh-wide-telemetry",
    displayName: "One mesh-wide Telemetry",
    description: "A mesh must not have a second Telemetry for all workloads beside the one that sets tracing.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/reference/config/telemetry/",
    remediationSteps: "Merge the mesh-wide Telemetry objects into one, or narrow all but one by selector or namespace.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      const meshWide: KubernetesObject[] = [];
      for (const telemetry of stack.ofKind(kinds.telemetry)) {
        const decision = isMeshWide(telemetry, mesh.rootNamespace);
        if (isUnknown(decision)) {
          findings.undecided(telemetry, decision);
        } else if (decision && !meshWide.some((other) => isSameObject(other, telemetry))) {
          meshWide.push(telemetry);
        }
      }
      // The engine tells resources in no fixed order; the one to keep is the one that sets tracing.
      const [first, ...others] = meshWide.sort(
        (left, right) =>
          Number(setsTracing(right)) - Number(setsTracing(left)) || left.toString().localeCompare(right.toString()),
      );
      if (first && setsTracing(first)) {
        others.forEach((object) =>
          findings.violation({
            object,
            field: object.field("metadata", "namespace"),
            problem: `the mesh's root namespace, and it selects no workloads, so it is mesh-wide beside ${first.toString()}: only the older of the two takes effect`,
            fix: "Merge them, or give this one a selector or a namespace of its own.",
          }),
        );
      }
    }
  },
);

function setsTracing(telemetry: KubernetesObject): boolean {
  const entries = telemetry.field("spec", "tracing").items();
  return isUnknown(entries) || entries.length > 0;
}

/** A Telemetry and a patch of it are one object. */
function isSameObject(left: KubernetesObject, right: KubernetesObject): boolean {
  return typeof left.name === "string" && left.name === right.name;
}
