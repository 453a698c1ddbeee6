import { isUnknown, type Field } from "../../kubernetes/fields";
import { withFields } from "../../pack/remediation";
import { resourceRule } from "../../pack/rule";
import { injectKey, podTemplate, workloadKinds } from "../../kubernetes/workloads";

/** The annotation is the older way. Maistra 2 still goes by it; Istio's webhooks select pods by label alone. */
export const injectionByLabel = resourceRule(
  {
    name: "injection-by-label",
    displayName: "Sidecars are asked for by label",
    description: `A workload must ask for a sidecar by the label ${injectKey}, not by the annotation alone.`,
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
    remediationSteps: `Add the label ${injectKey} to the pod template; it works on OpenShift Service Mesh 2 and 3.`,
  },
  workloadKinds,
  (object, findings) => {
    const metadata = podTemplate(object)!.at("metadata");
    const [label, annotation] = [metadata.at("labels", injectKey), metadata.at("annotations", injectKey)];
    const unknown = [annotation, label].map((field) => field.string()).find(isUnknown);
    if (asksByAnnotation(metadata)) {
      findings.violation({
        object,
        field: annotation,
        problem: "an annotation that OpenShift Service Mesh 3 and Istio do not select pods by",
        fix: `Set ${label.toString()} to "true".`,
      });
    } else if (unknown) {
      findings.undecided(object, unknown);
    }
  },
  {
    remediate: (object) => {
      const metadata = podTemplate(object)!.at("metadata");
      const label = metadata.at("labels", injectKey);
      return asksByAnnotation(metadata) ? withFields(object.props, [[label, "true"]]) : undefined;
    },
  },
);

/** Whether the annotation says yes and there is no such label, not even one whose value is not known. */
function asksByAnnotation(metadata: Field): boolean {
  return (
    metadata.at("annotations", injectKey).string() === "true" && metadata.at("labels", injectKey).read() === undefined
  );
}
