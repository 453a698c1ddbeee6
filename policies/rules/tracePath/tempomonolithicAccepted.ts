import { kinds } from "../../kubernetes/match";
import { reportDefects } from "../../pack/possibleDefect";
import { resourceRule } from "../../pack/rule";
import { tempoMonolithicRefusals } from "../../tempo/tempoMonolithicRefusals";

/** As for TempoStacks, only the operator's webhook knows which settings exclude each other. */
export const tempomonolithicAccepted = resourceRule(
  {
    name: "tempomonolithic-accepted",
    displayName: "TempoMonolithics that the operator accepts",
    description: "A TempoMonolithic must not combine settings that tempo-operator's admission webhook refuses.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://github.com/grafana/tempo-operator/blob/main/internal/webhooks/tempomonolithic_webhook.go",
    remediationSteps: "Change one of the settings that exclude each other, or set the one that is missing.",
  },
  [kinds.tempoMonolithic],
  (tempo, findings) => reportDefects(tempo, tempoMonolithicRefusals(tempo), findings),
);
