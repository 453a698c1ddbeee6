import { isUnknown } from "../../kubernetes/fields";
import { resourceRule } from "../../pack/rule";
import { conditionsOf, kindsWithKnownConditions, waitForExpressions } from "../../kubernetes/waitFor";

/** Pulumi does not know which conditions an operator reports: it waits for any name until the time is out. */
export const waitForReportedCondition = resourceRule(
  {
    name: "wait-for-reported-condition",
    displayName: "Readiness that the operator reports",
    description: "A pulumi.com/waitFor must name a condition that the object's operator reports.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/",
    remediationSteps:
      "Wait for condition=Ready; for condition=Successful of a Kiali; for the Deployment of an OpenTelemetryCollector.",
  },
  kindsWithKnownConditions,
  (object, findings) => {
    const field = object.field("metadata", "annotations", "pulumi.com/waitFor");
    const annotation = field.string();
    if (annotation === undefined || isUnknown(annotation)) {
      return annotation && findings.undecided(object, annotation);
    }
    const known = conditionsOf(object);
    for (const expression of waitForExpressions(annotation)) {
      const [, condition] = /^condition=([^=]*)/.exec(expression) ?? [];
      if (condition === undefined && !expression.startsWith("jsonpath=")) {
        findings.violation({
          object,
          field,
          problem: "but Pulumi takes only condition=… and jsonpath=…",
          fix: `Write condition=${known[0] ?? "…"}, or a jsonpath of the object's status.`,
        });
      } else if (condition !== undefined && !known.includes(condition)) {
        const reported = known.length > 0 ? known.join(", ") : "no conditions";
        findings.violation({
          object,
          field,
          problem: `but the operator of ${object.kind} reports ${reported}: the update waits until its time is out`,
          fix: known[0] ? `Wait for condition=${known[0]}.` : "Wait for the Deployment that the operator makes.",
        });
      }
    }
  },
);
