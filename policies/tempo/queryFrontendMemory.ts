import { allOf, isTrue, not } from "../pack/decisions";
import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { quantityValue } from "../kubernetes/quantity";
import { hasGateway } from "./gateways";

/** The memory limit of a TempoStack's query-frontend, and where it comes from. */
export interface QueryFrontendMemory {
  /** The field that sets it, of the query-frontend or of all components together. */
  readonly field: Field;
  readonly bytes: number;
  /** What part of the field's value it is: 1, or the operator's share by the number of replicas. */
  readonly share: number;
}

/** The shares of all memory that the operator gives to the query-frontend. Source: its manifestutils/resources.go. */
const shares = { withGateway: 0.02, without: 0.025 } as const;

/** The memory limit of a TempoStack's query-frontend; undefined if it has none, or one by a size profile. */
export function queryFrontendMemory(tempo: KubernetesObject): QueryFrontendMemory | Unknown | undefined {
  const spec = tempo.field("spec");
  const frontend = spec.at("template", "queryFrontend");
  const own = frontend.at("component", "resources");
  const size = spec.at("size").string();
  const replicas = frontend.at("component", "replicas").number();
  // Jaeger's page with authentication of its own excludes the gateway.
  const gateway = allOf([hasGateway(tempo), not(isTrue(frontend.at("jaegerQuery", "authentication", "enabled")))]);
  const unknown = [own.read(), size, replicas, gateway].find(isUnknown);
  if (unknown) {
    return unknown;
  }
  if (own.read() !== undefined) {
    return limitIn(own.at("limits", "memory"), 1);
  }
  const share = (gateway === true ? shares.withGateway : shares.without) / Math.max(Number(replicas ?? 1), 1);
  return size ? undefined : limitIn(spec.at("resources", "total", "limits", "memory"), share);
}

function limitIn(field: Field, share: number): QueryFrontendMemory | Unknown | undefined {
  const limit = field.read();
  if (isUnknown(limit)) {
    return limit;
  }
  const total = typeof limit === "number" ? limit : typeof limit === "string" ? quantityValue(limit) : undefined;
  return total === undefined ? undefined : { field, bytes: total * share, share };
}
