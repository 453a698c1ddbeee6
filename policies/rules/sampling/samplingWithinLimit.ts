import { samplingLimit, samplingLimitsSchema } from "../../pack/config";
import { isUnknown } from "../../kubernetes/fields";
import { stackOf } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";
import { asPercent, fromHundredths, inHundredths, sampledKinds, samplingSettings } from "../../mesh/sampling";

/** Sampling costs CPU in every proxy and storage in Tempo, so each environment has a limit. */
export const samplingWithinLimit = resourceRule(
  {
    name: "sampling-within-limit",
    displayName: "Sampling within the environment's limit",
    description: "The share of traced requests must not exceed what the environment (the stack's name) allows.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/",
    remediationSteps:
      "Lower the stack's sampling (config key mesh-tracing:sampling), or raise the environment's limit in the policy pack's configuration.",
    configSchema: samplingLimitsSchema,
  },
  sampledKinds,
  (object, findings, config) => {
    const environment = stackOf(object.urn);
    const limit = samplingLimit(config, environment);
    for (const { field, value, unitsPerPercent, unchecked } of samplingSettings(object)) {
      if (isUnknown(value)) {
        findings.undecided(object, value);
      } else if (unchecked && value > 100) {
        continue; // Istio samples 1 % then: see sampling-in-range.
      } else if (inHundredths(value, unitsPerPercent) > inHundredths(limit.percent, 1)) {
        findings.violation({
          object,
          field,
          value,
          problem: `that is ${asPercent(value, unitsPerPercent)} of requests, above the limit of ${limit.percent} % for environment "${environment}"`,
          fix: `Set it to at most ${fromHundredths(inHundredths(limit.percent, 1), unitsPerPercent)}, or raise ${limit.key} of policy sampling-within-limit.`,
        });
      }
    }
  },
);
