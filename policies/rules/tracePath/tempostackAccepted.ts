import { kinds } from "../../kubernetes/match";
import { reportDefects } from "../../pack/possibleDefect";
import { resourceRule } from "../../pack/rule";
import { tempoStackRefusals } from "../../tempo/tempoStackRefusals";

/** tempo-operator's webhook sees combinations that the CRD's schema lets through, but only once the update is running. */
export const tempostackAccepted = resourceRule(
  {
    name: "tempostack-accepted",
    displayName: "TempoStacks that the operator accepts",
    description: "A TempoStack must not combine settings that tempo-operator's admission webhook refuses.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://github.com/grafana/tempo-operator/blob/main/internal/webhooks/tempostack_webhook.go",
    remediationSteps: "Change one of the settings that exclude each other, or set the one that is missing.",
  },
  [kinds.tempoStack],
  (tempo, findings) => reportDefects(tempo, tempoStackRefusals(tempo), findings),
);
