import { allOf, isSet, isTrue, not } from "../../pack/decisions";
import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import { kialiVersion, versionTwo } from "../../kiali/kialiTracing";
import { kinds } from "../../kubernetes/match";
import { reportDefects } from "../../pack/possibleDefect";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";
import { isBefore } from "../../kubernetes/version";

const deprecated = {
  problem: "which tempo-operator will no longer have in a later version",
  fix: "Remove it: from v2 on Kiali asks Tempo itself, and OpenShift's console shows traces.",
};
const overridden = {
  problem: "which overrides what the operator configures, and may break it with each new version",
  fix: "Use fields of the resource where there are any.",
};

/** What the operator's webhook takes with a warning, which an update that succeeds does not show. */
export const tempoWithoutWarnings = stackRule(
  {
    name: "tempo-without-warnings",
    displayName: "Tempo without warnings of its operator",
    description: "A TempoStack or TempoMonolithic must not use what tempo-operator warns of.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["trace path"],
    url: "https://github.com/grafana/tempo-operator/blob/main/CHANGELOG.md",
    remediationSteps:
      "Let Kiali ask Tempo's own API, use fields instead of extraConfig, and either a size or total resources.",
  },
  (stack, findings) => {
    const isJaegerNeeded = needsJaeger(stack);
    for (const tempo of stack.ofKind(kinds.tempoStack)) {
      const spec = tempo.field("spec");
      const jaeger = spec.at("template", "queryFrontend", "jaegerQuery", "enabled");
      const total = spec.at("resources", "total");
      reportDefects(
        tempo,
        [
          { applies: allOf([isTrue(jaeger), not(isJaegerNeeded)]), field: jaeger, ...deprecated },
          { applies: isSet(spec.at("extraConfig", "tempo")), field: spec.at("extraConfig", "tempo"), ...overridden },
          {
            applies: allOf([isSet(spec.at("size")), isSet(total)]),
            field: total,
            problem: "but a size is set, too, and goes before it",
            fix: "Remove one of them.",
          },
        ],
        findings,
      );
    }
    for (const tempo of stack.ofKind(kinds.tempoMonolithic)) {
      const jaeger = tempo.field("spec", "jaegerui", "enabled");
      const extra = tempo.field("spec", "extraConfig", "tempo");
      reportDefects(
        tempo,
        [
          { applies: allOf([isTrue(jaeger), not(isJaegerNeeded)]), field: jaeger, ...deprecated },
          { applies: isSet(extra), field: extra, ...overridden },
        ],
        findings,
      );
    }
  },
  { withoutMesh: true },
);

/** Whether a Kiali of the stack knows no API but Jaeger's: that of OpenShift Service Mesh 2. */
function needsJaeger(stack: Stack): Decision {
  const addons = stack
    .ofKind(kinds.controlPlane)
    .map((plane) => plane.field("spec", "addons", "kiali", "enabled").boolean() ?? true);
  const others = stack.ofKind(kinds.kiali).map((kiali) => {
    const version = kialiVersion(kiali, stack);
    return isUnknown(version) ? version : version !== undefined && isBefore(version, versionTwo);
  });
  return anyOf([...addons, ...others]);
}
