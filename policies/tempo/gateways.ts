import { allOf, isTrue } from "../pack/decisions";
import { isUnknown, type Decision, type Field } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";

/** The field that switches on the gateway of a TempoStack or TempoMonolithic. */
export function gatewayField(tempo: KubernetesObject): Field {
  return tempo.is(kinds.tempoStack)
    ? tempo.field("spec", "template", "gateway", "enabled")
    : tempo.field("spec", "multitenancy", "enabled");
}

/** Whether a TempoStack has a gateway: then it takes OTLP only, and answers queries through the gateway only. */
export function hasGateway(tempo: KubernetesObject): Decision {
  return isTrue(gatewayField(tempo));
}

/** Whether a TempoMonolithic has a gateway, for which tenancy must be on and have tenants. */
export function hasMonolithicGateway(tempo: KubernetesObject): Decision {
  const tenants = tempo.field("spec", "multitenancy", "authentication").items();
  return allOf([isTrue(gatewayField(tempo)), isUnknown(tenants) ? tenants : tenants.length > 0]);
}
