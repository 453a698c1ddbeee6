import { isUnknown, type Decision } from "../kubernetes/fields";
import type { Defect, Findings } from "./findings";
import type { KubernetesObject } from "../kubernetes/match";

/** A defect that an object may have, and whether it has it. */
export interface PossibleDefect extends Defect {
  readonly applies: Decision;
}

/** Reports the defects that an object has, and those of which it cannot be told yet. */
export function reportDefects(object: KubernetesObject, defects: readonly PossibleDefect[], findings: Findings): void {
  for (const { applies, ...defect } of defects) {
    if (isUnknown(applies)) {
      findings.undecided(object, applies);
    } else if (applies) {
      findings.violation({ object, ...defect });
    }
  }
}
