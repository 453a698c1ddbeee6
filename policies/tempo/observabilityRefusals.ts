import { allOf, isSet, isTrue, not } from "../pack/decisions";
import { isUnknown, type Decision, type Field } from "../kubernetes/fields";
import type { Refusal } from "./refusal";

/** What the webhook refuses of how a TempoStack is observed itself, and of its limits. */
export function observabilityRefusals(spec: Field, gateway: Decision, isPartial: boolean): readonly Refusal[] {
  const metrics = spec.at("observability", "metrics");
  const tracing = spec.at("observability", "tracing");
  const datasource = spec.at("observability", "grafana", "createDatasource");
  return [
    {
      applies: allOf([
        isTrue(metrics.at("createPrometheusRules")),
        not(isTrue(metrics.at("createServiceMonitors"))),
        !isPartial,
      ]),
      field: metrics.at("createPrometheusRules"),
      problem: "but the rules go by metrics that only ServiceMonitors collect",
      fix: "Set createServiceMonitors to true as well.",
    },
    {
      applies: isOther(tracing.at("sampling_fraction"), (text) => !Number.isNaN(Number(text))),
      field: tracing.at("sampling_fraction"),
      problem: "which is no number",
      fix: 'Set it to a share between "0" and "1".',
    },
    {
      applies: isOther(tracing.at("jaeger_agent_endpoint"), (text) => /^(?:\[[^\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text)),
      field: tracing.at("jaeger_agent_endpoint"),
      problem: "which is no host with a port",
      fix: "Set it to host:port, or remove it.",
    },
    {
      applies: allOf([isTrue(datasource), gateway]),
      field: datasource,
      problem: "but Grafana cannot ask through the gateway",
      fix: "Remove it.",
    },
  ];
}

/** What the webhook refuses of limits: one that Tempo no longer has. */
export function limitRefusals(limits: Field): readonly Refusal[] {
  const refusal = (field: Field, applies: Decision): Refusal => ({
    applies,
    field,
    problem: "a limit that Tempo no longer has",
    fix: "Remove it.",
  });
  const perTenant = limits.at("perTenant");
  const tenants = perTenant.entries();
  const scopes = [limits.at("global"), ...(isUnknown(tenants) ? [] : tenants.map(([, tenant]) => tenant))];
  return [
    ...(isUnknown(tenants) ? [refusal(perTenant, tenants)] : []),
    ...scopes.map((scope) => scope.at("query", "maxSearchBytesPerTrace")).map((field) => refusal(field, isSet(field))),
  ];
}

/** Whether a field has a text that is not what it should be. */
function isOther(field: Field, isRight: (text: string) => boolean): Decision {
  const text = field.string();
  return isUnknown(text) ? text : text !== undefined && text !== "" && !isRight(text);
}
