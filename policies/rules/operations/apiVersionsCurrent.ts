import { servedApi } from "../../mesh/servedApis";
import { stackRule } from "../../pack/rule";

/** What is outdated works until an upgrade of the operator, which then has to wait for a change of the program. */
export const apiVersionsCurrent = stackRule(
  {
    name: "api-versions-current",
    displayName: "API versions that stay",
    description: "An object must not have an API version for which the stack's operators have a successor.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["operations"],
    url: "https://istio.io/latest/blog/2024/v1-apis/",
    remediationSteps:
      "Write the version that the message names. For an OpenTelemetryCollector v1beta1, make spec.config a map; in v1alpha1 it is a text.",
  },
  (stack, findings) => {
    for (const object of stack.objects) {
      const { served = [], outdated = [] } = servedApi(object, stack) ?? {};
      if (outdated.includes(object.apiVersion)) {
        findings.violation({
          object,
          field: object.field("apiVersion"),
          value: object.apiVersion,
          problem: "an older version, which a later release of its operator may no longer have",
          fix: `Write ${served[0]}.`,
        });
      }
    }
  },
  { withoutMesh: true },
);
