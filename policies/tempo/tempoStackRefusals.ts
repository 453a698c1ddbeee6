import { allOf, isTrue } from "../pack/decisions";
import { isUnknown, type Decision, type Field } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { gatewayRefusals } from "./gatewayRefusals";
import { hasGateway } from "./gateways";
import { limitRefusals, observabilityRefusals } from "./observabilityRefusals";
import { nameRefusal, type Refusal } from "./refusal";
import { replicationRefusals } from "./replicationRefusals";
import { storageRefusals } from "./storageRefusals";
import { tenantRefusals } from "./tenantRefusals";

/**
 * What the webhook refuses of a TempoStack, as far as the object itself shows it. Feature gates that OpenShift has and
 * other clusters may lack (Routes, serving certificates) are taken to be on.
 * Source: grafana/tempo-operator v0.22, internal/webhooks/tempostack_webhook.go.
 */
export function tempoStackRefusals(tempo: KubernetesObject): readonly Refusal[] {
  const spec = tempo.field("spec");
  const gateway = hasGateway(tempo);
  return [
    nameRefusal(tempo),
    ...replicationRefusals(spec, tempo.isPatch),
    ...gatewayRefusals(spec, gateway, tempo.isPatch),
    ...tenantRefusals(spec.at("tenants"), gateway, tempo.isPatch),
    ...observabilityRefusals(spec, gateway, tempo.isPatch),
    ...limitRefusals(spec.at("limits")),
    ...storageRefusals(spec.at("storage")),
    metricsGeneratorRefusal(spec.at("template", "metricsGenerator"), tempo.isPatch),
  ];
}

function metricsGeneratorRefusal(generator: Field, isPartial: boolean): Refusal {
  const field = generator.at("remoteWriteURLs");
  const urls = field.items();
  const isEmpty: Decision = isUnknown(urls) ? urls : urls.length === 0;
  return {
    applies: allOf([isTrue(generator.at("enabled")), isEmpty, !isPartial]),
    field,
    problem: "but the metrics generator needs somewhere to write to",
    fix: "Name the remote write URL of a Prometheus.",
  };
}
