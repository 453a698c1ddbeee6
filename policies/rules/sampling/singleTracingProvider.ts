import { isUnknown, type Field, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";
import { directionsOf, type Direction } from "../../mesh/telemetry";

/** The fields of an entry of `spec.tracing` that a later entry replaces as a whole. */
const replaced = ["providers", "randomSamplingPercentage", "customTags", "disableSpanReporting"] as const;

/** A proxy reports to one provider. Istio takes the first of a list and the last of several entries, and only warns. */
export const singleTracingProvider = resourceRule(
  {
    name: "single-tracing-provider",
    displayName: "One tracing provider",
    description: "Tracing must have one provider, and each of its settings once, for each direction of traffic.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/reference/config/telemetry/#Tracing",
    remediationSteps:
      "Keep one provider in one entry of spec.tracing; send spans to several stores through an OpenTelemetry collector.",
  },
  [kinds.telemetry, kinds.istio],
  (object, findings) => {
    if (object.is(kinds.istio)) {
      requireOneProvider(object, object.field("spec", "values", "meshConfig", "defaultProviders", "tracing"), findings);
      return;
    }
    const tracing = object.field("spec", "tracing");
    const entries = tracing.items();
    if (isUnknown(entries)) {
      findings.undecided(object, entries);
      return;
    }
    entries.forEach((entry) => requireOneProvider(object, entry.at("providers"), findings));
    replaced.forEach((name) => requireOneEntry(object, entries, name, findings));
  },
);

function requireOneProvider(object: KubernetesObject, list: Field, findings: Findings): void {
  const providers = list.items();
  if (isUnknown(providers)) {
    findings.undecided(object, providers);
  } else if (providers.length > 1) {
    findings.violation({
      object,
      field: list,
      problem: `but Istio uses only the first of the ${providers.length}, so the others get no spans`,
      fix: "Keep one, and let an OpenTelemetry collector pass spans on to several stores.",
    });
  }
}

/** Refuses an entry whose setting a later entry for the same direction replaces. */
function requireOneEntry(
  object: KubernetesObject,
  entries: readonly Field[],
  name: (typeof replaced)[number],
  findings: Findings,
): void {
  const setting = entries.filter((entry) => entry.at(name).read() !== undefined);
  const directions = setting.map(directionsOf);
  const unknown = directions.find(isUnknown);
  if (unknown) {
    if (setting.length > 1) {
      findings.undecided(object, unknown);
    }
    return;
  }
  setting.forEach((entry, index) => {
    const later = setting.find((_, other) => other > index && overlap(directions[index]!, directions[other]!));
    if (later) {
      findings.violation({
        object,
        field: entry.at(name),
        problem: `but ${later.at(name).toString()} replaces it, which is for the same direction of traffic`,
        fix: "Keep one entry for each direction.",
      });
    }
  });
}

function overlap(left: readonly Direction[] | Unknown, right: readonly Direction[] | Unknown): boolean {
  return !isUnknown(left) && !isUnknown(right) && left.some((direction) => right.includes(direction));
}
