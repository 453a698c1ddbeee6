import type { Field } from "./fields";
import { kinds, type KubernetesObject } from "./match";

/** The field that switches on the gateway of a TempoStack or TempoMonolithic. */
export function gatewayField(tempo: KubernetesObject): Field {
  return tempo.is(kinds.tempoStack)
    ? tempo.field("spec", "template", "gateway", "enabled")
    : tempo.field("spec", "multitenancy", "enabled");
}
