import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** An update that does not wait for its pods is green while they fail to start. */
export const workloadAwaited = resourceRule(
  {
    name: "workload-awaited",
    displayName: "Updates wait for workloads",
    description: "A workload must not be left out of what an update waits for.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/",
    remediationSteps: "Remove pulumi.com/skipAwait, or raise the time with pulumi.com/timeoutSeconds.",
  },
  [kinds.appsWorkload, kinds.job, kinds.pod],
  (object, findings) => {
    const field = object.field("metadata", "annotations", "pulumi.com/skipAwait");
    const value = field.string();
    if (isUnknown(value)) {
      findings.undecided(object, value);
    } else if (value === "true") {
      findings.violation({
        object,
        field,
        problem: "so the update succeeds even if the pods never start, and what depends on them begins too early",
        fix: "Remove it, or give the pods more time with pulumi.com/timeoutSeconds.",
      });
    }
  },
);
