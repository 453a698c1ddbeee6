import { isUnknown, type Field, type Unknown } from "./fields";
import { kinds, type KubernetesObject, type Match } from "./match";

/** Where each kind of workload keeps the metadata of its pods. */
const podMetadata: readonly (readonly [Match, readonly string[]])[] = [
  [kinds.pod, ["metadata"]],
  [kinds.appsWorkload, ["spec", "template", "metadata"]],
  [kinds.replicationController, ["spec", "template", "metadata"]],
  [kinds.job, ["spec", "template", "metadata"]],
  [kinds.cronJob, ["spec", "jobTemplate", "spec", "template", "metadata"]],
];

/** The key by which a pod asks for a sidecar, both as a label and as an annotation. */
const injectKey = "sidecar.istio.io/inject";

/** What the injection webhook reads as yes. */
const yes: ReadonlySet<string> = new Set(["true", "yes", "y", "on"]);

/**
 * The field by which a workload asks for a sidecar; undefined if it does not ask, or is no workload. The label wins
 * over the annotation, as it does in the injection webhook.
 */
export function sidecarRequest(object: KubernetesObject): Field | Unknown | undefined {
  const path = podMetadata.find(([match]) => object.is(match))?.[1];
  if (!path) {
    return undefined;
  }
  for (const map of ["labels", "annotations"]) {
    const field = object.field(...path, map, injectKey);
    const value = field.string();
    if (isUnknown(value)) {
      return value;
    }
    if (value !== undefined) {
      return yes.has(value.toLowerCase()) ? field : undefined;
    }
  }
  return undefined;
}
