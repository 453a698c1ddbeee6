import { isUnknown } from "../../kubernetes/fields";
import { defaultRevision, injectionLabel, revisionLabel } from "../../mesh/injection";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** With both labels the revision's control plane injects nothing, and the default one may not be there. */
export const singleInjectionLabel = resourceRule(
  {
    name: "single-injection-label",
    displayName: "One injection label",
    description: `A namespace must not have both of the labels ${injectionLabel} and ${revisionLabel}.`,
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://docs.redhat.com/en/documentation/red_hat_openshift_service_mesh/3.1/html/installing/ossm-sidecar-injection",
    remediationSteps: `Keep ${revisionLabel} for a revision of its own name, ${injectionLabel} for the default revision.`,
  },
  [kinds.namespace, kinds.project],
  (object, findings) => {
    const labels = object.field("metadata", "labels");
    const injection = labels.at(injectionLabel).string();
    const revision = labels.at(revisionLabel).string();
    if (injection === undefined || revision === undefined) {
      return;
    }
    const unknown = [injection, revision].find(isUnknown);
    if (unknown) {
      findings.undecided(object, unknown);
    } else if (injection !== "enabled" || revision !== defaultRevision) {
      const effect = injection === "enabled" ? "pods get the default revision's sidecar" : "pods get no sidecar";
      findings.violation({
        object,
        field: labels.at(revisionLabel),
        problem: `but ${injectionLabel}: ${injection as string} outweighs it, so ${effect}`,
        fix: "Remove one of the two labels.",
      });
    }
  },
);
