import { allOf, same } from "../../pack/decisions";
import { kinds } from "../../kubernetes/match";
import { reportDefects } from "../../pack/possibleDefect";
import { stackRule } from "../../pack/rule";

/** Both kinds make objects called `tempo-<name>`, so the operator's webhook refuses the one that comes second. */
export const tempoNameUnique = stackRule(
  {
    name: "tempo-name-unique",
    displayName: "One Tempo of a name",
    description: "A TempoMonolithic must not have the name of a TempoStack in the same namespace.",
    enforcementLevel: "mandatory",
    severity: "low",
    tags: ["trace path"],
    url: "https://github.com/grafana/tempo-operator/blob/main/internal/webhooks/validations.go",
    remediationSteps: "Rename one of them, or move it into a namespace of its own.",
  },
  (stack, findings) => {
    const tempoStacks = stack.ofKind(kinds.tempoStack);
    for (const object of stack.ofKind(kinds.tempoMonolithic)) {
      const twins = tempoStacks.map((other) => ({
        applies: allOf([same(object.name, other.name), same(object.namespace, other.namespace)]),
        field: object.field("metadata", "name"),
        problem: `the name of ${other.toString()} too, so tempo-operator refuses one of them`,
        fix: "Rename one of them.",
      }));
      reportDefects(object, twins, findings);
    }
  },
  { withoutMesh: true },
);
