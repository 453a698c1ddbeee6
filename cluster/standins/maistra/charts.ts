/** What the operator's Helm charts of release 2.5 install for a mesh, in the order in which it installs them. */
import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { kinds, object, type ControlPlane, type ControlPlaneSpec, type Kind, type KubeObject } from "../objects";
import type { World } from "../world";
import { kialiResource } from "./kialiAddon";
import { componentLabel, currentVersion, internal, meshGeneration, operatorVersion, ownerLabels } from "./names";

/** A part of a mesh; it is ready once its Deployments are, and at once when it has none. */
export interface Component {
  /** Its name under status.readiness.components. */
  readonly name: string;
  /** What it consists of. */
  readonly objects: readonly KubeObject[];
}

/** How the API server reaches the sidecar injector. */
export interface InjectorEndpoint {
  /** An https URL. */
  readonly url: string;
  /** The authority that signed its certificate, PEM in base64. */
  readonly caBundle: string;
}

/** The components of a mesh in stages; each stage is installed once the one before it is ready. */
export function stages(
  world: World,
  mesh: ControlPlane,
  spec: ControlPlaneSpec,
  injector: InjectorEndpoint,
): Component[][] {
  const chart = new Chart(mesh, spec);
  const enabled = (on: boolean | undefined, component: () => Component): Component[] =>
    on === true ? [component()] : [];
  const { addons, gateways } = spec;
  return [
    [chart.component("istio-discovery", discovery(chart, injector))],
    [chart.component("mesh-config", meshConfig(chart))],
    [
      chart.component("telemetry-common", telemetryCommon(chart, world)),
      ...enabled(addons?.prometheus?.enabled, () =>
        chart.component("prometheus", monitoring(chart, "prometheus", 9090)),
      ),
    ],
    [
      ...enabled(gateways?.enabled, () => chart.component("istio-ingress", ingressGateway(chart))),
      ...enabled(gateways?.enabled, () => chart.component("istio-egress", egressGateway(chart))),
      ...enabled(addons?.grafana?.enabled, () => chart.component("grafana", monitoring(chart, "grafana", 3000))),
    ],
    enabled(addons?.kiali?.enabled, () => chart.component("kiali", kiali(chart, world))),
  ].filter((stage) => stage.length > 0);
}

/** Every kind of which a chart has objects: what a mesh leaves behind is looked for among them. */
export const chartKinds: readonly Kind<KubeObject>[] = [
  kinds.mutatingWebhook,
  kinds.kiali,
  kinds.route,
  kinds.deployment,
  kinds.service,
  kinds.networkPolicy,
  kinds.configMap,
  kinds.secret,
  kinds.serviceAccount,
  kinds.roleBinding,
];

class Chart {
  public readonly namespace: string;
  public readonly name: string;

  public constructor(
    public readonly mesh: ControlPlane,
    public readonly spec: ControlPlaneSpec,
  ) {
    this.namespace = mesh.metadata.namespace ?? "";
    this.name = mesh.metadata.name;
  }

  /** A component, its objects labelled and marked as the operator does. */
  public component(name: string, objects: readonly KubeObject[]): Component {
    return { name, objects: objects.map((item) => this.marked(name, item)) };
  }

  public make(kind: Kind<KubeObject>, name: string, fields: object = {}, metadata: object = {}): KubeObject {
    return object(kind, name, this.namespace, fields, metadata);
  }

  /** A Deployment of one container, its Service account, and a Service in front of it. */
  public workload(args: {
    name: string;
    app: string;
    image: string;
    labels?: Record<string, string>;
    ports: readonly { name: string; port: number; targetPort: number; protocol?: string }[];
    serviceAnnotations?: Record<string, string>;
  }): KubeObject[] {
    const { name, app, image, ports } = args;
    const labels = { app, ...args.labels };
    const account = `${name}-service-account`;
    const container = {
      name: app === "istiod" ? "discovery" : app.endsWith("gateway") ? "istio-proxy" : app,
      image: `registry.redhat.io/openshift-service-mesh/${image}:${operatorVersion}`,
      ports: ports.map(({ targetPort }) => ({ containerPort: targetPort, protocol: "TCP" })),
      resources: { requests: { cpu: "10m", memory: "128Mi" } },
    };
    const template = {
      metadata: {
        labels: { ...labels, ...ownerLabels(this.mesh) },
        annotations: { "sidecar.istio.io/inject": "false" },
      },
      spec: { serviceAccountName: account, containers: [container] },
    };
    const service = { type: "ClusterIP", selector: labels, ports: ports.map((port) => ({ protocol: "TCP", ...port })) };
    return [
      this.make(kinds.serviceAccount, account, {}, { labels }),
      this.make(
        kinds.deployment,
        name,
        { spec: { replicas: 1, selector: { matchLabels: labels }, template } },
        { labels },
      ),
      this.make(kinds.service, name, { spec: service }, { labels, annotations: args.serviceAnnotations }),
    ];
  }

  /** A NetworkPolicy; none when the mesh does not manage them. */
  public networkPolicy(name: string, spec: object, metadata: object = {}): KubeObject[] {
    if (this.spec.security?.manageNetworkPolicy === false) return [];
    return [this.make(kinds.networkPolicy, name, { spec }, metadata)];
  }

  /** A NetworkPolicy of the control plane's own pods, not copied to the members. */
  public ownPolicy(name: string, matchLabels: Record<string, string>): KubeObject[] {
    const spec = { podSelector: { matchLabels }, ingress: [{}] };
    return this.networkPolicy(name, spec, { annotations: { [internal]: "true" } });
  }

  private marked(component: string, item: KubeObject): KubeObject {
    const { metadata } = this.mesh;
    const controller = {
      apiVersion: this.mesh.apiVersion,
      kind: this.mesh.kind,
      name: this.name,
      uid: metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const labels = {
      "maistra-version": operatorVersion,
      release: "istio",
      ...item.metadata.labels,
      "app.kubernetes.io/name": component,
      "app.kubernetes.io/instance": this.namespace,
      "app.kubernetes.io/version": currentVersion(this.mesh),
      [componentLabel]: component,
      "app.kubernetes.io/part-of": "istio",
      "app.kubernetes.io/managed-by": "maistra-istio-operator",
      ...ownerLabels(this.mesh),
    };
    const annotations = { ...item.metadata.annotations, [meshGeneration]: currentVersion(this.mesh) };
    // An object of the whole cluster cannot be owned by one of a namespace.
    const ownerReferences = item.metadata.namespace === undefined ? undefined : [controller];
    return {
      ...item,
      metadata: { ...item.metadata, labels, annotations, ...(ownerReferences && { ownerReferences }) },
    };
  }
}

function discovery(chart: Chart, injector: InjectorEndpoint): KubeObject[] {
  const { name, namespace, spec } = chart;
  const revision = { "istio.io/rev": name };
  const mesh = {
    rootNamespace: namespace,
    trustDomain: "cluster.local",
    enableTracing: spec.tracing?.type !== "None",
    ingressControllerMode: "OFF",
    defaultConfig: { tracing: {}, discoveryAddress: `istiod-${name}.${namespace}.svc:15012` },
    extensionProviders: spec.meshConfig?.extensionProviders ?? [],
  };
  // Istiod reads YAML 1.1, where a bare OFF is a truth value and the whole configuration invalid.
  const data = { mesh: stringify(mesh, { version: "1.1" }), meshNetworks: "networks: {}\n" };
  const webhook = {
    name: "sidecar-injector.istio.io",
    clientConfig: injector,
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    failurePolicy: "Fail",
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], scope: "*" }],
    namespaceSelector: {
      matchExpressions: [
        { key: "maistra.io/member-of", operator: "In", values: [namespace] },
        { key: "maistra.io/ignore-namespace", operator: "DoesNotExist" },
        { key: "istio-injection", operator: "NotIn", values: ["disabled"] },
        { key: "istio-env", operator: "DoesNotExist" },
      ],
    },
    objectSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["istiod"] }] },
  };
  const injectorLabels = { ...revision, app: "sidecar-injector" };
  return [
    ...chart.workload({
      name: `istiod-${name}`,
      app: "istiod",
      image: "pilot-rhel8",
      labels: revision,
      ports: [
        { name: "grpc-xds", port: 15010, targetPort: 15010 },
        { name: "https-dns", port: 15012, targetPort: 15012 },
        { name: "https-webhook", port: 443, targetPort: 15017 },
        { name: "http-monitoring", port: 15014, targetPort: 15014 },
      ],
    }),
    chart.make(kinds.configMap, `istio-${name}`, { data }, { labels: revision }),
    chart.make(kinds.configMap, `istio-sidecar-injector-${name}`, { data: { values: "{}" } }, { labels: revision }),
    object(
      kinds.mutatingWebhook,
      `istiod-${name}-${namespace}`,
      undefined,
      { webhooks: [webhook] },
      { labels: injectorLabels },
    ),
    ...chart.ownPolicy(`istio-istiod-${name}`, { app: "istiod", ...revision }),
  ];
}

function meshConfig(chart: Chart): KubeObject[] {
  const members = { namespaceSelector: { matchLabels: { "maistra.io/member-of": chart.namespace } } };
  const routers = { namespaceSelector: { matchLabels: { "network.openshift.io/policy-group": "ingress" } } };
  const exposed = { matchLabels: { "maistra.io/expose-route": "true" } };
  return [
    ...chart.networkPolicy(`istio-mesh-${chart.name}`, { podSelector: {}, ingress: [{ from: [members] }] }),
    ...chart.networkPolicy(`istio-expose-route-${chart.name}`, {
      podSelector: exposed,
      ingress: [{ from: [routers] }],
    }),
  ];
}

function telemetryCommon(chart: Chart, world: World): KubeObject[] {
  // Made once and kept: Grafana, Prometheus and Kiali share it.
  const live = world.get(kinds.secret, "htpasswd", chart.namespace);
  const password = randomBytes(96).toString("base64url");
  const made = { rawPassword: base64(password), auth: base64(`internal:${password}`) };
  const data = live?.data?.rawPassword === undefined ? made : live.data;
  return [
    chart.make(kinds.secret, "htpasswd", { type: "Opaque", data }, { labels: { app: "istio" } }),
    chart.make(kinds.configMap, "trusted-ca-bundle", { data: {} }, { labels: { app: "istio" } }),
  ];
}

function monitoring(chart: Chart, name: "grafana" | "prometheus", port: number): KubeObject[] {
  const route = {
    to: { kind: "Service", name },
    tls: { termination: "reencrypt", insecureEdgeTerminationPolicy: "Redirect" },
  };
  return [
    ...chart.workload({
      name,
      app: name,
      image: `${name}-rhel8`,
      ports: [{ name: name === "grafana" ? "https-grafana" : "http-prometheus", port, targetPort: 3001 }],
      serviceAnnotations: { "service.alpha.openshift.io/serving-cert-secret-name": `${name}-tls` },
    }),
    chart.make(kinds.route, name, { spec: route }, { labels: { app: name } }),
    ...chart.ownPolicy(`istio-${name}-ingress`, { app: name }),
  ];
}

const gatewayPorts = [
  { name: "http2", port: 80, targetPort: 8080 },
  { name: "https", port: 443, targetPort: 8443 },
];

function ingressGateway(chart: Chart): KubeObject[] {
  const { ingress } = chart.spec.gateways ?? {};
  if (ingress?.enabled === false) return [];
  const name = "istio-ingressgateway";
  const labels = { app: name, istio: "ingressgateway" };
  const route = { to: { kind: "Service", name }, port: { targetPort: 8080 } };
  return [
    ...chart.workload({
      name,
      app: name,
      image: "proxyv2-rhel8",
      labels,
      ports: [{ name: "status-port", port: 15021, targetPort: 15021 }, ...gatewayPorts],
    }),
    ...(ingress?.routeConfig?.enabled === false ? [] : [chart.make(kinds.route, name, { spec: route }, { labels })]),
    ...chart.ownPolicy(name, labels),
  ];
}

function egressGateway(chart: Chart): KubeObject[] {
  if (chart.spec.gateways?.egress?.enabled === false) return [];
  const name = "istio-egressgateway";
  const labels = { app: name, istio: "egressgateway" };
  return chart.workload({ name, app: name, image: "proxyv2-rhel8", labels, ports: gatewayPorts });
}

function kiali(chart: Chart, world: World): KubeObject[] {
  const resource = kialiResource(world, chart.mesh, chart.spec);
  return [...(resource === undefined ? [] : [resource]), ...chart.ownPolicy("istio-kiali-ingress", { app: "kiali" })];
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
