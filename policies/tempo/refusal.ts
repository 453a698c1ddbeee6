import { isUnknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import type { PossibleDefect } from "../pack/possibleDefect";

/** Something that tempo-operator's admission webhook refuses. */
export type Refusal = PossibleDefect;

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
