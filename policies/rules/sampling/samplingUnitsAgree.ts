import { isUnknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { asPercent, fromHundredths, inHundredths, samplingSettings, type SamplingSetting } from "../../mesh/sampling";
import { isMeshWide } from "../../mesh/telemetry";

/**
 * Telemetry counts in percent, Maistra's control plane in 0.01 %. The control plane's value is overruled as long as the
 * Telemetry is there, so a wrong unit in it shows only when that goes away, and then traces do too.
 */
export const samplingUnitsAgree = stackRule(
  {
    name: "sampling-units-agree",
    displayName: "One sampling rate in two units",
    description:
      "The control plane and the mesh-wide Telemetry must ask for the same share of requests, each in its unit.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["sampling"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/service_mesh/service-mesh-2-x#ossm-smcp-observability_ossm-observability",
    remediationSteps:
      "Derive the control plane's value (in 0.01 %, 0 to 10000) from the Telemetry's percentage: times 100.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      const planes = mesh.objects.controlPlanes.flatMap(samplingSettings);
      for (const telemetry of stack.ofKind(kinds.telemetry)) {
        const meshWide = isMeshWide(telemetry, mesh.rootNamespace);
        if (isUnknown(meshWide) && planes.length > 0) {
          findings.undecided(telemetry, meshWide);
        } else if (meshWide === true) {
          for (const setting of samplingSettings(telemetry)) {
            planes.forEach((plane) => compare(plane, setting, findings));
          }
        }
      }
    }
  },
);

function compare(plane: SamplingSetting, telemetry: SamplingSetting, findings: Findings): void {
  const [planeValue, telemetryValue] = [plane.value, telemetry.value];
  if (isUnknown(planeValue) || isUnknown(telemetryValue)) {
    [plane, telemetry].forEach(({ object, value }) => isUnknown(value) && findings.undecided(object, value));
    return;
  }
  const planeHundredths = inHundredths(planeValue, plane.unitsPerPercent);
  const telemetryHundredths = inHundredths(telemetryValue, telemetry.unitsPerPercent);
  if (planeHundredths === telemetryHundredths || Number.isNaN(planeHundredths)) {
    return;
  }
  // A percentage cannot be above 100: then it is the Telemetry that has the other's unit.
  const telemetryIsWrong = telemetryValue > 100;
  const [wrong, right] = telemetryIsWrong ? [telemetry, plane] : [plane, telemetry];
  const [wrongValue, rightHundredths] = telemetryIsWrong
    ? [telemetryValue, planeHundredths]
    : [planeValue, telemetryHundredths];
  const unit = wrong.unitsPerPercent === 1 ? "percent" : "0.01 %";
  const sameNumber = planeValue === telemetryValue ? ", the same number in another unit" : "";
  findings.violation({
    object: wrong.object,
    field: wrong.field,
    problem: `in units of ${unit}, that is ${asPercent(wrongValue, wrong.unitsPerPercent)}, but ${right.field.toString()} of ${right.object.toString()} asks for ${fromHundredths(rightHundredths, 1)} %${sameNumber}`,
    fix: `Set it to ${fromHundredths(rightHundredths, wrong.unitsPerPercent)}.`,
  });
}
