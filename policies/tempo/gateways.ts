import { allOf, isTrue } from "../decisions";
import { isUnknown, type Decision } from "../fields";
import type { KubernetesObject } from "../match";

/** Whether a TempoStack has a gateway: then it takes OTLP only, and answers queries through the gateway only. */
export function hasGateway(tempo: KubernetesObject): Decision {
  return isTrue(tempo.field("spec", "template", "gateway", "enabled"));
}

/** Whether a TempoMonolithic has a gateway, for which tenancy must be on and have tenants. */
export function hasMonolithicGateway(tempo: KubernetesObject): Decision {
  const tenancy = tempo.field("spec", "multitenancy");
  const tenants = tenancy.at("authentication").items();
  return allOf([isTrue(tenancy.at("enabled")), isUnknown(tenants) ? tenants : tenants.length > 0]);
}
