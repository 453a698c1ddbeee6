import { anyOf, isUnknown, type Decision, type StringField, type Unknown } from "./fields";
import type { KubernetesObject } from "./match";

/** Whether a Telemetry applies to all workloads of its namespace, or of the mesh if that is the root namespace. */
export function isForAllWorkloads(telemetry: KubernetesObject): Decision {
  const spec = telemetry.field("spec");
  const labels = spec.at("selector", "matchLabels").entries();
  const targets = [spec.at("targetRefs").items(), spec.at("targetRef").entries()];
  const isNarrowed = anyOf([labels, ...targets].map((list) => (isUnknown(list) ? list : list.length > 0)));
  return isUnknown(isNarrowed) ? isNarrowed : !isNarrowed;
}

/** Whether a Telemetry applies to the whole mesh with this root namespace. */
export function isMeshWide(telemetry: KubernetesObject, rootNamespace: string | Unknown): Decision {
  const namespace = telemetry.namespace;
  const unknown = [namespace, rootNamespace].find(isUnknown);
  return unknown ?? (namespace === rootNamespace && isForAllWorkloads(telemetry));
}

/** The names of the tracing providers that a Telemetry refers to. */
export function providerNames(telemetry: KubernetesObject): readonly StringField[] {
  const tracing = telemetry.field("spec", "tracing");
  const entries = tracing.items();
  return isUnknown(entries)
    ? [{ field: tracing, value: entries }]
    : entries.flatMap((entry) => entry.at("providers").strings("name"));
}
