import { isUnknown, type Field } from "../kubernetes/fields";
import type { Refusal } from "./refusal";
import { replicationFactors } from "./sizes";

/** What the webhook refuses of a TempoStack's size, and of how it spreads copies of spans over ingesters and zones. */
export function replicationRefusals(spec: Field, isPartial: boolean): readonly Refusal[] {
  return [sizeRefusal(spec.at("size")), quorumRefusal(spec, isPartial), ...zoneRefusals(spec.at("replicationZones"))];
}

function sizeRefusal(field: Field): Refusal {
  const size = field.string();
  const sizes = [...replicationFactors.keys()];
  return {
    applies: isUnknown(size) ? size : size !== undefined && size !== "" && !replicationFactors.has(size),
    field,
    problem: "which is no size",
    fix: `Use one of ${sizes.join(", ")}.`,
  };
}

/** A span counts as written when the majority of the ingesters that are to have it have it. */
function quorumRefusal(spec: Field, isPartial: boolean): Refusal {
  const ingesters = spec.at("template", "ingester", "replicas");
  const [size, factor, replicas] = [
    spec.at("size").string(),
    spec.at("replicationFactor").number(),
    ingesters.number(),
  ];
  if (isUnknown(size) || isUnknown(factor) || isUnknown(replicas)) {
    const applies = [size, factor, replicas].find(isUnknown) ?? false;
    return { applies, field: ingesters, problem: "", fix: "" };
  }
  const actualFactor = factor || (replicationFactors.get(size ?? "") ?? 1);
  const needed = Math.floor(actualFactor / 2) + 1;
  const actualReplicas = replicas ?? (size ? needed : 1);
  const isKnown = !isPartial || (factor !== undefined && replicas !== undefined);
  return {
    applies: isKnown && actualReplicas < needed,
    field: ingesters,
    problem: `but a replicationFactor of ${actualFactor} needs at least ${needed} ingesters`,
    fix: `Set it to ${needed} or more, or lower the replicationFactor.`,
  };
}

/** Pods can be spread over a topology only once. */
function zoneRefusals(zones: Field): readonly Refusal[] {
  const keys = zones.strings("topologyKey");
  return keys.map(({ field, value }, index) => ({
    applies: isUnknown(value) ? value : keys.slice(0, index).some((other) => other.value === value),
    field,
    problem: "the topology key of another zone too",
    fix: "Remove one of them.",
  }));
}
