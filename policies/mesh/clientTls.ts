import { allOf, isTrue } from "../pack/decisions";
import { closeness, isForHost, meansHost, policyFor } from "./destinationRules";
import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { Mesh } from "./mesh";
import type { Stack } from "../kubernetes/stack";

/** Something that tells proxies whether to speak TLS to a service. */
export interface ClientTls {
  readonly object: KubernetesObject;
  /** The field that says so. */
  readonly field: Field;
  readonly host: string;
  readonly namespace: string;
  /** The mode; undefined for a rule that leaves it to what the proxies find out. */
  readonly mode: string | undefined;
}

/** The mode in which only a sidecar understands what it is sent. */
export const mutual = "ISTIO_MUTUAL";

/** A port of a service that proxies call. */
export interface Callee {
  readonly fullName: string;
  readonly namespace: string;
  readonly port: number;
}

/** The host for which Maistra makes a DestinationRule when it is told to have mutual TLS. */
const everyHost = "*.cluster.local";

/**
 * What tells proxies in which mode to speak TLS to a service; rules that others overrule are left out. Without any rule
 * proxies find out by themselves which pods have a sidecar, and a PeerAuthentication binds no others.
 */
export function clientTls(callee: Callee, mesh: Mesh, stack: Stack): readonly ClientTls[] | Unknown {
  const found = [
    ...mesh.objects.controlPlanes.map((plane) => ofControlPlane(plane, callee, mesh)),
    ...stack.ofKind(kinds.destinationRule).map((rule) => ofRule(rule, callee, mesh)),
  ].filter((each) => each !== undefined);
  const known = found.flatMap((each) => (isUnknown(each) ? [] : [each]));
  return (
    found.find(isUnknown) ??
    known.filter((rule) => !known.some((other) => overrules(other, rule, callee.namespace, mesh)))
  );
}

/** Source: maistra/istio-operator, resources/helm/v2.5/mesh-config/templates/enable-mesh-mtls.yaml. */
function ofControlPlane(object: KubernetesObject, callee: Callee, mesh: Mesh): ClientTls | Unknown | undefined {
  const field = object.field("spec", "security", "dataPlane", "mtls");
  const isOn = object.is(kinds.controlPlane) && isTrue(field);
  if (isUnknown(isOn)) {
    return isOn;
  }
  return isOn && meansHost(everyHost, mesh.namespace, callee.fullName)
    ? { object, field, host: everyHost, namespace: mesh.namespace, mode: mutual }
    : undefined;
}

function ofRule(object: KubernetesObject, callee: Callee, mesh: Mesh): ClientTls | Unknown | undefined {
  const isMeant = isForHost(object, callee.fullName);
  const { namespace } = object;
  const isInMesh = isUnknown(namespace) ? namespace : mesh.contains(namespace);
  const isHeard = allOf([isMeant, isInMesh]);
  if (isUnknown(isHeard) || !isHeard || isUnknown(namespace)) {
    return isUnknown(isHeard) ? isHeard : undefined;
  }
  const policy = policyFor(object, callee.port);
  const mode = isUnknown(policy) ? policy : policy.at("tls", "mode").string();
  if (isUnknown(policy) || isUnknown(mode)) {
    return [policy, mode].find(isUnknown);
  }
  const host = object.field("spec", "host").string() as string;
  return { object, field: policy.at("tls", "mode"), host, namespace, mode };
}

/**
 * Whether a rule is taken in place of another. Istio looks beside the caller first, then beside the service, then beside
 * the control plane, and takes the rule with the closest host of the first place that has one.
 */
function overrules(rule: ClientTls, other: ClientTls, serviceNamespace: string, mesh: Mesh): boolean {
  if (rule.namespace === other.namespace) {
    return closeness(rule.host) > closeness(other.host);
  }
  return rule.namespace === serviceNamespace && other.namespace === mesh.rootNamespace;
}
