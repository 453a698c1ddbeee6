import { allOf, equals, isSet, isTrue, not } from "../pack/decisions";
import type { KubernetesObject } from "../kubernetes/match";
import { hasMonolithicGateway } from "./gateways";
import { nameRefusal, type Refusal } from "./refusal";
import { tenantRefusals } from "./tenantRefusals";

/** The storage backends that need a Secret. */
const objectStores = ["s3", "azure", "gcs"] as const;

/**
 * What the webhook refuses of a TempoMonolithic, as far as the object itself shows it.
 * Source: grafana/tempo-operator v0.22, internal/webhooks/tempomonolithic_webhook.go.
 */
export function tempoMonolithicRefusals(tempo: KubernetesObject): readonly Refusal[] {
  const spec = tempo.field("spec");
  const gateway = hasMonolithicGateway(tempo);
  const isWhole = !tempo.isPatch;
  const jaeger = spec.at("jaegerui");
  const rbac = spec.at("query", "rbac", "enabled");
  const tenancy = spec.at("multitenancy");
  const metrics = spec.at("observability", "metrics");
  const source = spec.at("observability", "grafana", "dataSource", "enabled");
  const traces = spec.at("storage", "traces");
  const isJaeger = isTrue(jaeger.at("enabled"));
  return [
    nameRefusal(tempo),
    ...["ingress", "route"].map((way) => ({
      applies: allOf([isTrue(jaeger.at(way, "enabled")), not(isJaeger), isWhole]),
      field: jaeger.at(way, "enabled"),
      problem: "but there is no Jaeger page to expose",
      fix: "Set jaegerui.enabled to true, or remove it.",
    })),
    {
      applies: allOf([isTrue(rbac), isJaeger]),
      field: rbac,
      problem: "but Jaeger's page does not know RBAC for queries",
      fix: "Set jaegerui.enabled or query.rbac.enabled to false.",
    },
    {
      applies: allOf([isTrue(rbac), not(isTrue(tenancy.at("enabled"))), isWhole]),
      field: rbac,
      problem: "but RBAC for queries needs tenants",
      fix: "Set multitenancy.",
    },
    // Without a gateway, tenants are not looked at.
    ...tenantRefusals(tenancy, gateway, tempo.isPatch).map((refusal) => ({
      ...refusal,
      applies: allOf([gateway, refusal.applies]),
    })),
    {
      applies: allOf([
        isTrue(metrics.at("prometheusRules", "enabled")),
        not(isTrue(metrics.at("serviceMonitors", "enabled"))),
        isWhole,
      ]),
      field: metrics.at("prometheusRules", "enabled"),
      problem: "but the rules go by metrics that only ServiceMonitors collect",
      fix: "Set serviceMonitors.enabled to true as well.",
    },
    {
      applies: allOf([isTrue(source), gateway]),
      field: source,
      problem: "but Grafana cannot ask through the gateway",
      fix: "Remove it.",
    },
    {
      applies: allOf([isSet(spec.at("serviceAccount")), gateway, equals(tenancy.at("mode"), "openshift")]),
      field: spec.at("serviceAccount"),
      problem: "but in mode openshift the operator makes the service account",
      fix: "Remove it.",
    },
    ...objectStores.map((backend) => ({
      applies: allOf([equals(traces.at("backend"), backend), not(isSet(traces.at(backend, "secret"))), isWhole]),
      field: traces.at(backend, "secret"),
      problem: `but the backend ${backend} needs a Secret`,
      fix: "Name the Secret that has the bucket and the credentials.",
    })),
  ];
}
