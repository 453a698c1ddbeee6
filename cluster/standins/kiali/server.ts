/** The Kiali server's own objects. */
import { stringify } from "yaml";
import { kinds, object, type Kiali, type KubeObject } from "../objects";
import type { World } from "../world";
import { settingsOf } from "./settings";

const serverImage = "registry.redhat.io/openshift-service-mesh/kiali-rhel8:1.73";
const lastUpdated = "operator.kiali.io/last-updated";
const certificateFolder = "/kiali-cert";

/** The server's own objects. */
export function serverObjects(world: World, kiali: Kiali): KubeObject[] {
  const { spec } = kiali;
  const { instance, namespace, port, ingress } = settingsOf(kiali);
  const labels = resourceLabels(instance);
  const selector = { "app.kubernetes.io/name": "kiali", "app.kubernetes.io/instance": instance };
  const metadata = { labels };
  const config = stringify(configuration(kiali));
  const servingCertificate = { "service.beta.openshift.io/serving-cert-secret-name": `${instance}-cert-secret` };
  const service = {
    ...(spec?.deployment?.service_type !== undefined && { type: spec.deployment.service_type }),
    selector,
    ports: [
      { name: "tcp", protocol: "TCP", appProtocol: "https", port },
      { name: "http-metrics", protocol: "TCP", appProtocol: "http", port: 9090 },
    ],
  };
  const template = {
    metadata: {
      labels: { ...labels, ...spec?.deployment?.pod_labels },
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9090",
        "kiali.io/dashboards": "go,kiali",
        [lastUpdated]: updatedAt(world, instance, namespace, config),
        ...spec?.deployment?.pod_annotations,
      },
    },
    spec: podSpec(kiali),
  };
  const tls = { termination: "reencrypt", insecureEdgeTerminationPolicy: "Redirect" };
  const route = { tls, to: { kind: "Service", name: instance }, port: { targetPort: port } };
  const replicas = spec?.deployment?.replicas ?? 1;
  return [
    object(kinds.serviceAccount, `${instance}-service-account`, namespace, {}, metadata),
    object(kinds.configMap, instance, namespace, { data: { "config.yaml": config } }, metadata),
    object(
      kinds.configMap,
      `${instance}-cabundle`,
      namespace,
      {},
      {
        labels,
        annotations: { "service.beta.openshift.io/inject-cabundle": "true" },
      },
    ),
    object(
      kinds.service,
      instance,
      namespace,
      { spec: service },
      {
        labels,
        annotations: { ...servingCertificate, ...spec?.deployment?.service_annotations },
      },
    ),
    object(
      kinds.deployment,
      instance,
      namespace,
      { spec: { replicas, selector: { matchLabels: selector }, template } },
      metadata,
    ),
    ...(ingress ? [object(kinds.route, instance, namespace, { spec: route }, metadata)] : []),
  ];
}

/** When the pods last had to restart: now, if the configuration they read is about to change. */
function updatedAt(world: World, instance: string, namespace: string, config: string): string {
  const live = world.get(kinds.deployment, instance, namespace)?.spec.template.metadata.annotations?.[lastUpdated];
  const before = world.get(kinds.configMap, instance, namespace)?.data?.["config.yaml"];
  return live !== undefined && before === config ? live : world.now.toISOString();
}

/** The server's configuration: the resource's specification over the operator's defaults for what is looked at here. */
function configuration(kiali: Kiali): object {
  const { spec } = kiali;
  const { accessible, clusterWide, namespace, strategy, signingKey, port } = settingsOf(kiali);
  const tracing = {
    enabled: true,
    auth: { type: "none", use_kiali_token: false },
    query_timeout: 5,
    use_grpc: true,
    ...spec?.external_services?.tracing,
  };
  return {
    ...spec,
    auth: { ...spec?.auth, strategy },
    deployment: { ...spec?.deployment, accessible_namespaces: accessible, cluster_wide_access: clusterWide, namespace },
    external_services: { ...spec?.external_services, tracing },
    identity: {
      cert_file: `${certificateFolder}/tls.crt`,
      private_key_file: `${certificateFolder}/tls.key`,
      ...spec?.identity,
    },
    istio_namespace: namespace,
    login_token: { ...spec?.login_token, signing_key: signingKey },
    server: { ...spec?.server, port },
  };
}

function podSpec(kiali: Kiali): object {
  const { instance, port, signingKey } = settingsOf(kiali);
  const probe = {
    httpGet: { path: "/healthz", port: "api-port", scheme: "HTTPS" },
    initialDelaySeconds: 5,
    periodSeconds: 30,
  };
  const [, secretName, secretKey] = /^secret:(.+):(.+)$/.exec(signingKey) ?? [];
  const mounts = {
    "kiali-configuration": "/kiali-configuration",
    "kiali-cert": certificateFolder,
    "kiali-cabundle": "/kiali-cabundle",
    ...(secretKey && { "login-token-signing-key": "/kiali-override-secrets/login-token-signing-key" }),
  };
  const container = {
    name: "kiali",
    image: serverImage,
    command: ["/opt/kiali/kiali", "-config", "/kiali-configuration/config.yaml"],
    ports: [
      { name: "api-port", containerPort: port, protocol: "TCP" },
      { name: "http-metrics", containerPort: 9090, protocol: "TCP" },
    ],
    readinessProbe: probe,
    livenessProbe: probe,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumeMounts: Object.entries(mounts).map(([name, mountPath]) => ({ name, mountPath })),
  };
  return {
    serviceAccountName: `${instance}-service-account`,
    containers: [container],
    volumes: [
      { name: "kiali-configuration", configMap: { name: instance } },
      { name: "kiali-cert", secret: { secretName: `${instance}-cert-secret` } },
      { name: "kiali-cabundle", configMap: { name: `${instance}-cabundle` } },
      ...(secretKey
        ? [
            {
              name: "login-token-signing-key",
              secret: { secretName, items: [{ key: secretKey, path: "value.txt" }] },
            },
          ]
        : []),
    ],
  };
}

/** The labels of everything that belongs to an installation. */
export function resourceLabels(instance: string): Record<string, string> {
  return {
    app: "kiali",
    version: "v1.73",
    "app.kubernetes.io/name": "kiali",
    "app.kubernetes.io/version": "v1.73",
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/part-of": "kiali",
  };
}
