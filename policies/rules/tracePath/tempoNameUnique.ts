import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
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
      const { name, namespace } = object;
      const unknown = [name, namespace].find(isUnknown);
      const [twin] = tempoStacks.filter((other) => other.name === name && other.namespace === namespace);
      if (unknown && tempoStacks.length > 0) {
        findings.undecided(object, unknown);
      } else if (name !== undefined && twin) {
        findings.violation({
          object,
          field: object.field("metadata", "name"),
          problem: `the name of ${twin.toString()} too, so tempo-operator refuses one of them`,
          fix: "Rename one of them.",
        });
      }
    }
  },
  { withoutMesh: true },
);
