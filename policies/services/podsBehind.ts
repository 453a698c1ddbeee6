import { allOf, equals, same } from "../pack/decisions";
import { isUnknown, type Decision } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { podTemplate } from "../kubernetes/workloads";

/** Whether a Service sends requests to the pods of a workload: those with the labels of its selector, if it has one. */
export function isBehind(service: KubernetesObject, workload: KubernetesObject): Decision {
  const selector = service.field("spec", "selector").entries();
  const labels = podTemplate(workload)?.at("metadata", "labels");
  if (!labels) {
    return false;
  }
  if (isUnknown(selector) || selector.length === 0) {
    return isUnknown(selector) && selector;
  }
  return allOf([
    same(service.namespace, workload.namespace),
    ...selector.map(([key, field]) => {
      const value = field.string();
      return isUnknown(value) ? value : value !== undefined && equals(labels.at(key), value);
    }),
  ]);
}
