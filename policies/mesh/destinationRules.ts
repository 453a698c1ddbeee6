import { isUnknown, type Decision, type Field, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";

/**
 * Whether a host name of Istio's configuration means a service. One without dots is a service in the object's own
 * namespace; one that begins with `*` means all names that end like it.
 *
 * @param fullName The service's full name: `tempo.tracing-system.svc.cluster.local`.
 */
export function meansHost(host: string, ownNamespace: string, fullName: string): boolean {
  if (host.startsWith("*")) {
    return fullName.endsWith(host.slice(1));
  }
  return host.includes(".") ? host === fullName : fullName.startsWith(`${host}.${ownNamespace}.svc.`);
}

/** Whether a DestinationRule is for a service. */
export function isForHost(rule: KubernetesObject, fullName: string): Decision {
  const host = rule.field("spec", "host").string() ?? "";
  const namespace = rule.namespace;
  if (isUnknown(host)) {
    return host;
  }
  return isUnknown(namespace) ? namespace : meansHost(host, namespace, fullName);
}

/** The traffic policy that a DestinationRule has for a port: one for that port stands in place of the general one. */
export function policyFor(rule: KubernetesObject, port: number): Field | Unknown {
  const policy = rule.field("spec", "trafficPolicy");
  const ports = policy.at("portLevelSettings").items();
  if (isUnknown(ports)) {
    return ports;
  }
  const numbers = ports.map((settings) => settings.at("port", "number").number());
  return ports[numbers.indexOf(port)] ?? numbers.find(isUnknown) ?? policy;
}

/** Whether a DestinationRule makes proxies speak HTTP/2 to a port of a service, whatever the port is called. */
export function upgradesToHttp2(rule: KubernetesObject, fullName: string, port: number): Decision {
  const isMeant = isForHost(rule, fullName);
  if (isMeant !== true) {
    return isMeant;
  }
  const policy = policyFor(rule, port);
  const upgrade = isUnknown(policy) ? policy : policy.at("connectionPool", "http", "h2UpgradePolicy").string();
  return isUnknown(upgrade) ? upgrade : upgrade === "UPGRADE";
}

/**
 * How closely a host name means one service: a name in full or a short one before any wildcard, a longer wildcard before
 * a shorter one. Of the rules in one namespace Istio takes the closest.
 */
export function closeness(host: string): number {
  return host.startsWith("*") ? host.length : Infinity;
}
