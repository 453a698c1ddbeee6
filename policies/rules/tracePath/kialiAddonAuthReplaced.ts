import { allOf, isSet, not } from "../../pack/decisions";
import { anyOf, isUnknown } from "../../kubernetes/fields";
import { isAddon, tracingOf } from "../../kiali/kialiTracing";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";

/** The mesh's addon has written basic authentication into the resource, and a change of the URL alone leaves it there. */
export const kialiAddonAuthReplaced = stackRule(
  {
    name: "kiali-addon-auth-replaced",
    displayName: "Kiali does not send the addon's password to Tempo",
    description: "Whoever changes the tracing URL of a mesh's own Kiali must also set how it authenticates there.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.external_services.tracing.auth.type",
    remediationSteps: "Set spec.external_services.tracing.auth.type, to none for a Tempo without a gateway.",
  },
  (stack, findings) => {
    for (const kiali of stack.ofKind(kinds.kiali)) {
      const tracing = tracingOf(kiali);
      const hasUrl = anyOf([isSet(tracing.at("in_cluster_url")), isSet(tracing.at("internal_url"))]);
      const type = tracing.at("auth", "type");
      const leftOver = allOf([hasUrl, not(isSet(type)), isAddon(kiali, stack)]);
      if (isUnknown(leftOver)) {
        findings.undecided(kiali, leftOver);
      } else if (leftOver) {
        findings.violation({
          object: kiali,
          field: type,
          problem:
            "so the basic authentication that the mesh's addon wrote for its Jaeger stays, and Kiali sends that password to the new URL",
          fix: "Set it to none, or to what the store asks for.",
        });
      }
    }
  },
);
