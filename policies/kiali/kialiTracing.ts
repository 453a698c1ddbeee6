import { allOf } from "../pack/decisions";
import { anyOf, isUnknown, type Decision, type Field, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";
import { versionOf, type Version } from "../kubernetes/version";
import { parseUrl } from "./urls";

/** The Kiali that comes with OpenShift Service Mesh 2. */
export const addonVersion: Version = { major: 1, minor: 73 };

/** The first version with settings for Tempo, and without those that only tell where Jaeger is. */
export const versionTwo: Version = { major: 2, minor: 0 };

/** The tracing settings of a Kiali resource. */
export function tracingOf(kiali: KubernetesObject): Field {
  return kiali.field("spec", "external_services", "tracing");
}

/**
 * Whether a Kiali resource is the one that a Maistra control plane of the stack makes as its addon. The addon's is there
 * unless switched off, and its tracing settings are those of a Jaeger, with basic authentication.
 * Source: maistra/istio-operator, resources/helm/v2.5/istio-telemetry/kiali.
 */
export function isAddon(kiali: KubernetesObject, stack: Stack): Decision {
  return anyOf(
    stack.ofKind(kinds.controlPlane).map((plane) => {
      const addon = plane.field("spec", "addons", "kiali");
      const name = addon.at("name").string() ?? "kiali";
      const unknown = [kiali.name, kiali.namespace, plane.namespace, name].find(isUnknown);
      const isItsName = unknown ?? (kiali.name === name && kiali.namespace === plane.namespace);
      return allOf([addon.at("enabled").boolean() ?? true, isItsName]);
    }),
  );
}

/** The version of the server; undefined if that is the operator's choice, which takes the newest it has. */
export function kialiVersion(kiali: KubernetesObject, stack: Stack): Version | Unknown | undefined {
  const version = versionOf(kiali);
  const addon = isAddon(kiali, stack);
  return version ?? (isUnknown(addon) ? addon : addon ? addonVersion : undefined);
}

/** The URL by which Kiali asks for traces, and the field that has it. */
export interface QueryUrl {
  readonly field: Field;
  readonly url: URL;
  /** The port, also where the URL leaves it to the scheme. */
  readonly port: number;
}

/**
 * The URL by which Kiali asks for traces; undefined if there is none, or what is there is no URL. The deprecated setting
 * overrules the other.
 * Source: kiali/kiali, config/config.go.
 */
export function queryUrl(tracing: Field): QueryUrl | Unknown | undefined {
  for (const key of ["in_cluster_url", "internal_url"]) {
    const field = tracing.at(key);
    const text = field.string();
    if (isUnknown(text)) {
      return text;
    }
    if (text) {
      const url = parseUrl(text);
      return url && { field, url, port: Number(url.port) || (url.protocol === "https:" ? 443 : 80) };
    }
  }
  return undefined;
}

/** Whether a URL asks Tempo's gateway, which has the tenant in its paths. */
export function isGatewayUrl(url: URL): boolean {
  return url.pathname.startsWith("/api/traces/v1/") || /^tempo-.+-gateway\./.test(url.hostname);
}
