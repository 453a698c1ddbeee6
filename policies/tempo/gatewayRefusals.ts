import { allOf, isSet, isTrue, not } from "../pack/decisions";
import { isUnknown, type Decision, type Field } from "../kubernetes/fields";
import type { Refusal } from "./refusal";

/**
 * What the webhook refuses of a TempoStack's ways in and out: Jaeger's query page, and the gateway, which stands for it
 * and for the receivers' own TLS.
 */
export function gatewayRefusals(spec: Field, gateway: Decision, isPartial: boolean): readonly Refusal[] {
  const template = spec.at("template");
  const jaeger = template.at("queryFrontend", "jaegerQuery");
  const hasJaeger = isTrue(jaeger.at("enabled"));
  const ingress = jaeger.at("ingress", "type");
  const monitorEndpoint = jaeger.at("monitorTab", "prometheusEndpoint");
  return [
    {
      applies: allOf([isExposed(ingress), not(hasJaeger), !isPartial]),
      field: ingress,
      problem: "but there is no jaegerQuery to expose",
      fix: "Set jaegerQuery.enabled to true, or remove the ingress.",
    },
    {
      applies: allOf([isTrue(jaeger.at("monitorTab", "enabled")), not(isSet(monitorEndpoint)), !isPartial]),
      field: monitorEndpoint,
      problem: "but the monitor tab needs a Prometheus",
      fix: "Set it to the URL of a Prometheus, or disable monitorTab.",
    },
    {
      applies: allOf([gateway, isExposed(ingress)]),
      field: ingress,
      problem: "but with a gateway jaegerQuery has no ingress of its own",
      fix: "Remove it: the gateway shows Jaeger's page.",
    },
    {
      applies: allOf([gateway, isTrue(template.at("gateway", "rbac", "enabled")), hasJaeger]),
      field: template.at("gateway", "rbac", "enabled"),
      problem: "but Jaeger's page does not know RBAC for queries",
      fix: "Set jaegerQuery.enabled to false, or gateway.rbac.enabled.",
    },
    {
      applies: allOf([gateway, not(isSet(spec.at("tenants"))), !isPartial]),
      field: spec.at("tenants"),
      problem: "but the gateway needs tenants",
      fix: "Set tenants, on OpenShift with mode openshift.",
    },
    {
      applies: allOf([gateway, isTrue(template.at("distributor", "tls", "enabled"))]),
      field: template.at("distributor", "tls", "enabled"),
      problem: "but with a gateway the distributor has certificates of the operator's",
      fix: "Remove it: the gateway's port for OTLP has TLS.",
    },
  ];
}

/** Whether an ingress is made; `none` and an empty type make none. */
function isExposed(type: Field): Decision {
  const value = type.string();
  return isUnknown(value) ? value : value === "ingress" || value === "route";
}
