import { anyOf, isUnknown, type Decision, type Field, type StringField, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";

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

/** Which spans: those that a proxy reports for requests it sends, or for those it receives. */
export type Direction = "CLIENT" | "SERVER";

/** The directions that an entry of a Telemetry's `spec.tracing` is for: both, unless it says one. */
export function directionsOf(entry: Field): readonly Direction[] | Unknown {
  const mode = entry.at("match", "mode").string();
  if (isUnknown(mode)) {
    return mode;
  }
  return mode === "CLIENT" || mode === "SERVER" ? [mode] : ["CLIENT", "SERVER"];
}

/** A rate that an entry of `spec.tracing` states, in percent. */
export interface StatedRate {
  readonly field: Field;
  readonly percent: number | Unknown;
}

/** The rate that a list of tracing entries states for a direction: that of the last entry that has one. */
export function statedRate(entries: readonly Field[], direction: Direction): StatedRate | Unknown | undefined {
  for (const entry of entries.toReversed()) {
    const directions = directionsOf(entry);
    if (isUnknown(directions)) {
      return directions;
    }
    const field = entry.at("randomSamplingPercentage");
    const percent = directions.includes(direction) ? field.number() : undefined;
    if (percent !== undefined) {
      return { field, percent };
    }
  }
  return undefined;
}

/** The provider that each entry of a Telemetry's tracing uses: the first, since Istio ignores the others. */
export function usedProviders(telemetry: KubernetesObject): readonly StringField[] {
  const tracing = telemetry.field("spec", "tracing");
  const entries = tracing.items();
  return isUnknown(entries)
    ? [{ field: tracing, value: entries }]
    : entries.flatMap((entry) => entry.at("providers").strings("name").slice(0, 1));
}
