import { isUnknown } from "../../kubernetes/fields";
import { kinds, stackOf } from "../../kubernetes/match";
import { isInProduction, productionSchema } from "../../pack/production";
import { resourceRule } from "../../pack/rule";
import { gatewayField } from "../../tempo/gateways";

/** Without the gateway Tempo knows no users: whoever reaches its Services reads and writes every trace. */
export const gatewayInProduction = resourceRule(
  {
    name: "gateway-in-production",
    displayName: "Tempo's gateway in production",
    description:
      "In a production environment Tempo must be behind its gateway, which asks who reads and writes traces.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "tempo"],
    url: "https://grafana.com/docs/tempo/latest/setup/operator/multitenancy/",
    remediationSteps:
      "Enable the gateway with tenants. It takes OTLP alone, so the spans of a mesh that speaks Zipkin have to go through an OpenTelemetry Collector.",
    configSchema: productionSchema,
  },
  [kinds.tempoStack, kinds.tempoMonolithic],
  (object, findings, config) => {
    if (!isInProduction(object, config)) {
      return;
    }
    const field = gatewayField(object);
    const enabled = field.boolean();
    if (isUnknown(enabled)) {
      findings.undecided(object, enabled);
    } else if (enabled === false || (enabled === undefined && !object.isPatch)) {
      findings.violation({
        object,
        field,
        problem: `so in environment "${stackOf(object.urn)}" whoever reaches Tempo's Services reads and writes every trace`,
        fix: "Set it to true and declare tenants, or list the environment under nonProduction of policy gateway-in-production.",
      });
    }
  },
);
