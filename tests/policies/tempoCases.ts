/** Specs near what tempo-operator's webhook refuses, for the rules that foresee it and for the webhook itself. */

type Spec = Record<string, unknown>;

/** A spec that is refused for one reason, and what the rule says of it, without the object's name and `spec.`. */
export type Refused = readonly [Spec, string];

const staticTenants: Spec = {
  mode: "static",
  authentication: [{ tenantName: "a", tenantId: "b", oidc: { issuerURL: "https://x", secret: { name: "x" } } }],
  authorization: {
    roles: [{ name: "r", permissions: ["read"], resources: ["traces"], tenants: ["a"] }],
    roleBindings: [{ name: "b", roles: ["r"], subjects: [{ kind: "user", name: "u" }] }],
  },
};

/** The same without the value at a path. */
function without(spec: Spec, path: string): Spec {
  const copy = structuredClone(spec);
  const keys = path.split(".");
  const last = keys.pop()!;
  delete keys.reduce((at, key) => at[key] as Spec, copy)[last];
  return copy;
}

/** Specs that are refused for one reason, each with what is said. */
export const refusedTempoStacks: readonly Refused[] = [
  [
    { size: "1x.large" },
    'size is "1x.large", which is no size. Use one of 1x.demo, 1x.pico, 1x.extra-small, 1x.small, 1x.medium.',
  ],
  [
    { replicationFactor: 3, template: { ingester: { replicas: 1 } } },
    "template.ingester.replicas is 1, but a replicationFactor of 3 needs at least 2 ingesters. Set it to 2 or more, or lower the replicationFactor.",
  ],
  [
    { replicationFactor: 2 },
    "template.ingester.replicas is not set, but a replicationFactor of 2 needs at least 2 ingesters. Set it to 2 or more, or lower the replicationFactor.",
  ],
  [
    { size: "1x.pico", template: { ingester: { replicas: 1 } } },
    "template.ingester.replicas is 1, but a replicationFactor of 2 needs at least 2 ingesters. Set it to 2 or more, or lower the replicationFactor.",
  ],
  [
    { replicationZones: [{ topologyKey: "a" }, { topologyKey: "b" }, { topologyKey: "a" }] },
    'replicationZones[2].topologyKey is "a", the topology key of another zone too. Remove one of them.',
  ],
  ...["route", "ingress"].map((type): Refused => [
    { template: { queryFrontend: { jaegerQuery: { ingress: { type } } } } },
    `template.queryFrontend.jaegerQuery.ingress.type is "${type}", but there is no jaegerQuery to expose. Set jaegerQuery.enabled to true, or remove the ingress.`,
  ]),
  ...[undefined, ""].map((prometheusEndpoint): Refused => [
    {
      template: {
        queryFrontend: { jaegerQuery: { enabled: true, monitorTab: { enabled: true, prometheusEndpoint } } },
      },
    },
    `template.queryFrontend.jaegerQuery.monitorTab.prometheusEndpoint is ${prometheusEndpoint === "" ? '""' : "not set"}, but the monitor tab needs a Prometheus. Set it to the URL of a Prometheus, or disable monitorTab.`,
  ]),
  [
    {
      tenants: { mode: "openshift" },
      template: {
        gateway: { enabled: true },
        queryFrontend: { jaegerQuery: { enabled: true, ingress: { type: "route" } } },
      },
    },
    'template.queryFrontend.jaegerQuery.ingress.type is "route", but with a gateway jaegerQuery has no ingress of its own. Remove it: the gateway shows Jaeger\'s page.',
  ],
  [
    {
      tenants: { mode: "openshift" },
      template: {
        gateway: { enabled: true, rbac: { enabled: true } },
        queryFrontend: { jaegerQuery: { enabled: true } },
      },
    },
    "template.gateway.rbac.enabled is true, but Jaeger's page does not know RBAC for queries. Set jaegerQuery.enabled to false, or gateway.rbac.enabled.",
  ],
  [
    { template: { gateway: { enabled: true } } },
    "tenants is not set, but the gateway needs tenants. Set tenants, on OpenShift with mode openshift.",
  ],
  [
    {
      tenants: { mode: "openshift" },
      template: { gateway: { enabled: true }, distributor: { tls: { enabled: true, certName: "x" } } },
    },
    "template.distributor.tls.enabled is true, but with a gateway the distributor has certificates of the operator's. Remove it: the gateway's port for OTLP has TLS.",
  ],
  [
    { tenants: { mode: "openshift" } },
    'tenants.mode is "openshift", but that mode needs the gateway. Set template.gateway.enabled to true.',
  ],
  [
    {
      tenants: { mode: "openshift", authorization: { roles: [], roleBindings: [] } },
      template: { gateway: { enabled: true } },
    },
    "tenants.authorization is set, but in mode openshift the cluster's RBAC authorises. Remove it, and bind a ClusterRole for the tenants instead.",
  ],
  [
    {
      tenants: {
        mode: "openshift",
        authentication: [
          { tenantName: "a", tenantId: "a" },
          { tenantName: "b", tenantId: "b", oidc: { secret: { name: "x" } } },
        ],
      },
      template: { gateway: { enabled: true } },
    },
    "tenants.authentication[1].oidc is set, but in mode openshift the cluster authenticates. Remove it, and keep the tenant's name and id.",
  ],
  ...(["authentication", "authorization.roles", "authorization.roleBindings"] as const).map((left): Refused => [
    { tenants: without(staticTenants, left), template: { gateway: { enabled: true } } },
    `tenants.${left} is not set, but a gateway with tenants of mode static needs it. Set it, or use mode openshift.`,
  ]),
  [
    {
      tenants: {
        ...staticTenants,
        authentication: [...[staticTenants["authentication"]].flat(), { tenantName: "b", tenantId: "c" }],
      },
      template: { gateway: { enabled: true } },
    },
    "tenants.authentication[1].oidc is not set, but each tenant of mode static needs it behind a gateway. Set it, or use mode openshift.",
  ],
  [
    { observability: { metrics: { createPrometheusRules: true } } },
    "observability.metrics.createPrometheusRules is true, but the rules go by metrics that only ServiceMonitors collect. Set createServiceMonitors to true as well.",
  ],
  [
    { observability: { tracing: { sampling_fraction: "10%" } } },
    'observability.tracing.sampling_fraction is "10%", which is no number. Set it to a share between "0" and "1".',
  ],
  ...["localhost", "a:1:2", "[::1", "::1:6831"].map((endpoint): Refused => [
    { observability: { tracing: { jaeger_agent_endpoint: endpoint } } },
    `observability.tracing.jaeger_agent_endpoint is "${endpoint}", which is no host with a port. Set it to host:port, or remove it.`,
  ]),
  [
    {
      tenants: { mode: "openshift" },
      template: { gateway: { enabled: true } },
      observability: { grafana: { createDatasource: true } },
    },
    "observability.grafana.createDatasource is true, but Grafana cannot ask through the gateway. Remove it.",
  ],
  [
    { limits: { global: { query: { maxSearchBytesPerTrace: 0 } } } },
    "limits.global.query.maxSearchBytesPerTrace is 0, a limit that Tempo no longer has. Remove it.",
  ],
  [
    { limits: { perTenant: { a: {}, "b-c": { query: { maxSearchBytesPerTrace: 9 } } } } },
    'limits.perTenant["b-c"].query.maxSearchBytesPerTrace is 9, a limit that Tempo no longer has. Remove it.',
  ],
  ...["azure", "gcs"].flatMap((type): readonly Refused[] => [
    [
      { storage: { secret: { name: "x", type }, tls: { enabled: true } } },
      "storage.tls.enabled is true, but only S3 has TLS settings of its own. Remove storage.tls: the other clouds' storage has TLS anyway.",
    ],
    [
      { storage: { secret: { name: "x", type, credentialMode: "token-cco" } } },
      'storage.secret.credentialMode is "token-cco", but only S3 has that mode. Use token or static.',
    ],
  ]),
  ...[undefined, []].map((remoteWriteURLs): Refused => [
    { template: { metricsGenerator: { enabled: true, remoteWriteURLs } } },
    `template.metricsGenerator.remoteWriteURLs is ${remoteWriteURLs ? "[]" : "not set"}, but the metrics generator needs somewhere to write to. Name the remote write URL of a Prometheus.`,
  ]),
];

/** Specs that are accepted, close to those that are not. */
export const acceptedTempoStacks: readonly Spec[] = [
  {},
  { size: "1x.demo" },
  { size: "1x.medium", replicationFactor: 3 },
  { size: "1x.demo", replicationFactor: 0 },
  { replicationFactor: 1 },
  { replicationFactor: 0, template: { ingester: { replicas: 1 } } },
  { replicationFactor: 3, template: { ingester: { replicas: 2 } } },
  { size: "1x.pico", template: { ingester: { replicas: 2 } } },
  { replicationZones: [{ topologyKey: "a" }, { topologyKey: "b" }] },
  { template: { queryFrontend: { jaegerQuery: { enabled: true, ingress: { type: "route" } } } } },
  { template: { queryFrontend: { jaegerQuery: { ingress: { type: "none" } } } } },
  { template: { queryFrontend: { jaegerQuery: { ingress: { type: "" } } } } },
  { template: { queryFrontend: { jaegerQuery: { monitorTab: { enabled: true, prometheusEndpoint: "https://x" } } } } },
  { template: { gateway: { enabled: true, rbac: { enabled: true } } }, tenants: { mode: "openshift" } },
  {
    template: {
      gateway: { enabled: true },
      queryFrontend: { jaegerQuery: { enabled: true, ingress: { type: "none" } } },
    },
    tenants: { mode: "openshift", authentication: [{ tenantName: "a", tenantId: "b" }] },
  },
  {
    template: {
      gateway: { enabled: false, rbac: { enabled: true } },
      queryFrontend: { jaegerQuery: { enabled: true } },
    },
  },
  { template: { distributor: { tls: { enabled: true } } } },
  { template: { gateway: { enabled: true } }, tenants: staticTenants },
  { tenants: { mode: "static" } },
  { tenants: {} },
  { observability: { metrics: { createPrometheusRules: true, createServiceMonitors: true } } },
  { observability: { metrics: { createServiceMonitors: true } } },
  { observability: { tracing: { sampling_fraction: "0.1", jaeger_agent_endpoint: "localhost:6831" } } },
  { observability: { tracing: { sampling_fraction: "", jaeger_agent_endpoint: "[::1]:6831" } } },
  { observability: { grafana: { createDatasource: true } } },
  { limits: { global: { query: { maxBytesPerTagValues: 9 } }, perTenant: { a: { ingestion: {} } } } },
  { storage: { secret: { name: "x", type: "s3", credentialMode: "token-cco" }, tls: { enabled: true } } },
  { storage: { secret: { name: "x", type: "gcs", credentialMode: "token" }, tls: { enabled: false } } },
  { template: { metricsGenerator: { enabled: true, remoteWriteURLs: ["http://x"] } } },
  { template: { metricsGenerator: { enabled: false } } },
];

const tenant = { tenantName: "a", tenantId: "b" };
const openshift = { enabled: true, mode: "openshift", authentication: [tenant] };

/** Specs that are refused for one reason, each with what is said. */
export const refusedTempoMonolithics: readonly Refused[] = [
  ...["ingress", "route"].map((way): Refused => [
    { jaegerui: { enabled: false, [way]: { enabled: true } } },
    `jaegerui.${way}.enabled is true, but there is no Jaeger page to expose. Set jaegerui.enabled to true, or remove it.`,
  ]),
  [
    { jaegerui: { enabled: true }, query: { rbac: { enabled: true } }, multitenancy: openshift },
    "query.rbac.enabled is true, but Jaeger's page does not know RBAC for queries. Set jaegerui.enabled or query.rbac.enabled to false.",
  ],
  [
    { query: { rbac: { enabled: true } } },
    "query.rbac.enabled is true, but RBAC for queries needs tenants. Set multitenancy.",
  ],
  [
    { multitenancy: { ...openshift, authorization: { roles: [], roleBindings: [] } } },
    "multitenancy.authorization is set, but in mode openshift the cluster's RBAC authorises. Remove it, and bind a ClusterRole for the tenants instead.",
  ],
  [
    { multitenancy: { ...openshift, authentication: [{ ...tenant, oidc: { secret: { name: "x" } } }] } },
    "multitenancy.authentication[0].oidc is set, but in mode openshift the cluster authenticates. Remove it, and keep the tenant's name and id.",
  ],
  [
    { multitenancy: { enabled: true, ...without(staticTenants, "authorization.roleBindings") } },
    "multitenancy.authorization.roleBindings is not set, but a gateway with tenants of mode static needs it. Set it, or use mode openshift.",
  ],
  [
    { multitenancy: { ...staticTenants, enabled: true, authentication: [tenant] } },
    "multitenancy.authentication[0].oidc is not set, but each tenant of mode static needs it behind a gateway. Set it, or use mode openshift.",
  ],
  [
    { observability: { metrics: { prometheusRules: { enabled: true } } } },
    "observability.metrics.prometheusRules.enabled is true, but the rules go by metrics that only ServiceMonitors collect. Set serviceMonitors.enabled to true as well.",
  ],
  [
    { observability: { grafana: { dataSource: { enabled: true } } }, multitenancy: openshift },
    "observability.grafana.dataSource.enabled is true, but Grafana cannot ask through the gateway. Remove it.",
  ],
  [
    { serviceAccount: "own", multitenancy: openshift },
    'serviceAccount is "own", but in mode openshift the operator makes the service account. Remove it.',
  ],
  ...["s3", "azure", "gcs"].map((backend): Refused => [
    { storage: { traces: { backend } } },
    `storage.traces.${backend}.secret is not set, but the backend ${backend} needs a Secret. Name the Secret that has the bucket and the credentials.`,
  ]),
];

export const acceptedTempoMonolithics: readonly Spec[] = [
  {},
  { jaegerui: { enabled: true, route: { enabled: true }, ingress: { enabled: true } } },
  { jaegerui: { enabled: false, route: { enabled: false } } },
  { query: { rbac: { enabled: true } }, multitenancy: openshift },
  { query: { rbac: { enabled: true } }, multitenancy: { enabled: true } },
  { jaegerui: { enabled: true }, query: { rbac: { enabled: false } } },
  { multitenancy: openshift },
  { multitenancy: { ...staticTenants, enabled: true } },
  { multitenancy: { enabled: true, mode: "openshift", authorization: { roles: [], roleBindings: [] } } },
  { multitenancy: { enabled: false, mode: "openshift" } },
  { multitenancy: { ...openshift, enabled: false, authorization: { roles: [], roleBindings: [] } } },
  { multitenancy: { enabled: true, mode: "static" } },
  { observability: { metrics: { prometheusRules: { enabled: true }, serviceMonitors: { enabled: true } } } },
  { observability: { grafana: { dataSource: { enabled: true } } } },
  { serviceAccount: "own" },
  { serviceAccount: "", multitenancy: openshift },
  { serviceAccount: "own", multitenancy: { enabled: true, mode: "openshift" } },
  { storage: { traces: { backend: "pv" } } },
  { storage: { traces: { backend: "s3", s3: { secret: "x" } } } },
];
