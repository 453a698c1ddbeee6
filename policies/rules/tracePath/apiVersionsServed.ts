import { servedApi } from "../../mesh/servedApis";
import { stackRule } from "../../pack/rule";

/** The provider previews what no cluster has, and an update ends at the first such object. */
export const apiVersionsServed = stackRule(
  {
    name: "api-versions-served",
    displayName: "API versions that are served",
    description: "An object must have an API version that its operator, and the mesh of the stack, serve.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/blog/2024/v1-apis/",
    remediationSteps:
      "Write the version that the message names. OpenShift Service Mesh 2 has no v1 of Istio's kinds: there Telemetry is v1alpha1 and the others are v1beta1.",
  },
  (stack, findings) => {
    for (const object of stack.objects) {
      const served = servedApi(object, stack)?.served ?? [object.apiVersion];
      if (!served.includes(object.apiVersion)) {
        findings.violation({
          object,
          field: object.field("apiVersion"),
          value: object.apiVersion,
          problem: "a version that the API server does not have, so the update ends there",
          fix: `Write ${served[0]}.`,
        });
      }
    }
  },
  { withoutMesh: true },
);
