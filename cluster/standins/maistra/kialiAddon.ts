/** The Kiali resource that a mesh's addon makes, and the fields of it that the operator writes again and again. */
import { kinds, object, type ControlPlane, type ControlPlaneSpec, type Kiali, type Route } from "../objects";
import { patch, type Action, type World } from "../world";
import { operatorVersion } from "./names";

/** Carries what the operator last wrote, the password included, in plain text: that is how the original does it. */
export const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** The name of a mesh's Kiali. */
export function kialiName(spec: ControlPlaneSpec): string {
  const name = spec.addons?.kiali?.name;
  return name === undefined || name === "" ? "kiali" : name;
}

/** The addon's Kiali resource, as its chart renders it; undefined when there is one that the mesh does not own. */
export function kialiResource(world: World, mesh: ControlPlane, spec: ControlPlaneSpec): Kiali | undefined {
  const { name: revision, namespace = "", uid } = mesh.metadata;
  const live = world.get(kinds.kiali, kialiName(spec), namespace);
  const owners = (live?.metadata.ownerReferences ?? []) as readonly { uid?: string }[];
  if (live !== undefined && !owners.some((owner) => owner.uid === uid)) return undefined;
  const password = rawPassword(world, namespace);
  const auth = { type: "basic", use_kiali_token: false, username: "internal", password };
  const grafanaUrl = routeUrl(world.get(kinds.route, "grafana", namespace));
  const resource = {
    version: "v1.73",
    installation_tag: `Kiali [${namespace}]`,
    istio_namespace: namespace,
    auth: { strategy: "openshift" },
    deployment: {
      accessible_namespaces: [],
      image_pull_policy: "IfNotPresent",
      ingress: { enabled: true },
      namespace,
      pod_labels: { "sidecar.istio.io/inject": "false" },
    },
    external_services: {
      custom_dashboards: { namespace_label: "kubernetes_namespace" },
      istio: istioSettings(revision, namespace),
      grafana: {
        auth,
        enabled: grafanaUrl !== "",
        in_cluster_url: `https://grafana.${namespace}.svc:3000`,
        url: grafanaUrl,
      },
      prometheus: { auth, url: `https://prometheus.${namespace}.svc:9090` },
      // Without a Jaeger there is no Route to find, and so no tracing.
      tracing: {
        auth,
        enabled: false,
        in_cluster_url: `https://jaeger-query.${namespace}.svc`,
        url: "",
        use_grpc: false,
      },
    },
  };
  return object(
    kinds.kiali,
    kialiName(spec),
    namespace,
    { spec: resource },
    { labels: { "maistra-version": operatorVersion } },
  );
}

/**
 * The fields that the operator writes whenever it looks at a mesh that is fully reconciled: Grafana's switch and URL, the
 * passwords, the names of istiod's things. Everything else it leaves to whoever changed it.
 */
export function kialiPatch(world: World, mesh: ControlPlane, spec: ControlPlaneSpec): Action[] {
  if (spec.addons?.kiali?.enabled !== true) return [];
  const { name: revision, namespace = "" } = mesh.metadata;
  const url = spec.addons.grafana?.enabled === true ? routeUrl(world.get(kinds.route, "grafana", namespace)) : "";
  const auth = { password: rawPassword(world, namespace) };
  const external = {
    grafana: url === "" ? { enabled: false, auth } : { enabled: true, url, auth },
    ...(spec.addons.prometheus?.enabled === true && { prometheus: { auth } }),
    istio: istioSettings(revision, namespace),
  };
  return patch(world, object(kinds.kiali, kialiName(spec), namespace, { spec: { external_services: external } }));
}

function istioSettings(revision: string, namespace: string): Record<string, string> {
  return {
    config_map_name: `istio-${revision}`,
    url_service_version: `http://istiod-${revision}.${namespace}:15014/version`,
    istiod_deployment_name: `istiod-${revision}`,
    istio_sidecar_injector_config_map_name: `istio-sidecar-injector-${revision}`,
  };
}

function rawPassword(world: World, namespace: string): string {
  const encoded = world.get(kinds.secret, "htpasswd", namespace)?.data?.rawPassword ?? "";
  return Buffer.from(encoded, "base64").toString("utf8");
}

function routeUrl(route: Route | undefined): string {
  const host = route?.spec?.host ?? "";
  return host === "" ? "" : `${route?.spec?.tls === undefined ? "http" : "https"}://${host}`;
}
