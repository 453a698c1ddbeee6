import { isUnknown, type Decision } from "../../kubernetes/fields";
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
        } else if (decision && isUnknown(telemetry.name)) {
          findings.undecided(telemetry, telemetry.name); // It may be a patch of another, or patched by it.
        } else if (decision && !meshWide.some((other) => isSameObject(other, telemetry))) {
          meshWide.push(telemetry);
        }
      }
      const tracing = meshWide.map(setsTracing);
      const unknown = tracing.includes(true) || meshWide.length < 2 ? undefined : tracing.find(isUnknown);
      if (unknown) {
        meshWide.forEach((telemetry) => findings.undecided(telemetry, unknown));
        continue;
      }
      // The one to keep is the one that sets tracing.
      const [first, ...others] = meshWide.sort(
        (left, right) => Number(setsTracing(right) === true) - Number(setsTracing(left) === true),
      );
      if (first && setsTracing(first) === true) {
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

function setsTracing(telemetry: KubernetesObject): Decision {
  const entries = telemetry.field("spec", "tracing").items();
  return isUnknown(entries) ? entries : entries.length > 0;
}

/** A Telemetry and a patch of it are one object. */
function isSameObject(left: KubernetesObject, right: KubernetesObject): boolean {
  return typeof left.name === "string" && left.name === right.name;
}
