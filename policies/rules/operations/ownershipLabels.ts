import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";
import { workloadKinds } from "../../kubernetes/workloads";

const defaultLabels: readonly string[] = ["app.kubernetes.io/name", "app.kubernetes.io/part-of"];

/** What nobody is known to own nobody dares to change. */
export const ownershipLabels = resourceRule(
  {
    name: "ownership-labels",
    displayName: "Objects say what they belong to",
    description: "What runs, stores or serves must have the labels that say which application it belongs to.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    remediationSteps: "Add the labels to metadata.labels of the object.",
    configSchema: {
      properties: {
        labels: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Labels that each object must have; replaces the defaults.",
          default: [...defaultLabels],
        },
      },
    },
  },
  [
    ...workloadKinds,
    kinds.service,
    kinds.persistentVolumeClaim,
    kinds.tempoStack,
    kinds.tempoMonolithic,
    kinds.collector,
    kinds.bucketClaim,
  ],
  (object, findings, config) => {
    if (object.isPatch) {
      return; // The labels are for whoever declares the object.
    }
    const labels = object.field("metadata", "labels");
    const entries = labels.entries();
    if (isUnknown(entries)) {
      findings.undecided(object, entries);
      return;
    }
    const wanted = (config["labels"] as readonly string[] | undefined) ?? defaultLabels;
    const missing = wanted.filter((label) => (labels.at(label).read() ?? "") === "");
    if (missing.length > 0) {
      findings.violation({
        object,
        field: labels,
        value: entries.length > 0 ? entries.map(([label]) => label) : undefined,
        problem: `without ${missing.join(" and ")}, so it cannot be told what the object belongs to`,
        fix: "Add the labels, or change labels of policy ownership-labels.",
      });
    }
  },
);
