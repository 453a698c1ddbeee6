import { isUnknown } from "../../kubernetes/fields";
import { resourceRule } from "../../pack/rule";
import {
  defaultPercent,
  inHundredths,
  sampledKinds,
  samplingSettings,
  type SamplingSetting,
} from "../../mesh/sampling";

/** Istio takes 1 % for a number that is no percentage, and one that has another unit often is none. */
export const samplingInRange = resourceRule(
  {
    name: "sampling-in-range",
    displayName: "Sampling is a percentage",
    description: "A sampling rate must be from 0 to 100 %, and not finer than 0.01 %.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/",
    remediationSteps:
      "Write the rate in the field's unit: 0.01 % in spec.tracing.sampling of a ServiceMeshControlPlane, percent everywhere else.",
  },
  sampledKinds,
  (object, findings) => {
    for (const setting of samplingSettings(object)) {
      const { field, value, unitsPerPercent } = setting;
      const problem = isUnknown(value) ? undefined : problemOf(setting, value);
      if (isUnknown(value)) {
        findings.undecided(object, value);
      } else if (problem) {
        findings.violation({
          object,
          field,
          value: Number.isNaN(value) ? field.read() : value,
          problem,
          fix: `Set it to a number from 0 to ${100 * unitsPerPercent}, in units of ${unitsPerPercent === 1 ? "percent" : "0.01 %"}.`,
        });
      }
    }
  },
);

function problemOf({ unitsPerPercent, unchecked }: SamplingSetting, value: number): string | undefined {
  const isRate = value >= 0 && value <= 100 * unitsPerPercent;
  if (!isRate && unchecked) {
    return `not a percentage, so Istio samples ${defaultPercent} % instead, without an error`;
  }
  if (!isRate) {
    return "outside of what the API server takes";
  }
  return value > 0 && inHundredths(value, unitsPerPercent) === 0
    ? "finer than the 0.01 % that proxies tell apart, so nothing is traced"
    : undefined;
}
