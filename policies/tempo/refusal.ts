import { isUnknown, type Decision } from "../fields";
import type { KubernetesObject } from "../match";
import type { Defect, Findings } from "../rule";

/** Something that tempo-operator's admission webhook refuses, and whether an object has it. */
export interface Refusal extends Defect {
  readonly applies: Decision;
}

/** Reports what the webhook refuses in an object, and what cannot be told yet. */
export function reportRefusals(object: KubernetesObject, refusals: readonly Refusal[], findings: Findings): void {
  for (const { applies, ...defect } of refusals) {
    if (isUnknown(applies)) {
      findings.undecided(object, applies);
    } else if (applies) {
      findings.violation({ object, ...defect });
    }
  }
}

/** The longest name: the operator makes a label value of it. */
const longestName = 63;

/** A name that is too long. */
export function nameRefusal(tempo: KubernetesObject): Refusal {
  const { name } = tempo;
  return {
    applies: isUnknown(name) ? name : name !== undefined && name.length > longestName,
    field: tempo.field("metadata", "name"),
    problem: `longer than the ${longestName} characters that tempo-operator takes`,
    fix: "Shorten it.",
  };
}
