/** Stand-in for the Kiali operator, an Ansible operator: its playbook for release v1.73 of the server. */
import { randomBytes } from "node:crypto";
import { stringify } from "yaml";
import { kinds, object, type Condition, type Kiali, type KubeObject } from "./objects";
import { admittedHost } from "./router";
import {
  apply,
  condition,
  patch,
  remove,
  setFinalizers,
  withCondition,
  writeStatus,
  type Action,
  type Controller,
  type World,
} from "./world";

/** On a Kiali until what the operator made for it is gone. */
export const kialiFinalizer = "kiali.io/finalizer";

const servedVersions = ["v1.73", "default"];
const serverImage = "registry.redhat.io/openshift-service-mesh/kiali-rhel8:1.73";
const lastUpdated = "operator.kiali.io/last-updated";

/** Installs a Kiali server for each Kiali resource. */
export const kialiOperator: Controller = {
  name: "kiali-operator",
  watches: [
    kinds.kiali,
    kinds.configMap,
    kinds.deployment,
    kinds.namespace,
    kinds.role,
    kinds.roleBinding,
    kinds.route,
    kinds.secret,
    kinds.service,
    kinds.serviceAccount,
  ],
  reconcile: (world) => world.list(kinds.kiali).flatMap((kiali) => reconcile(world, kiali)),
};

function reconcile(world: World, kiali: Kiali): Action[] {
  const { deletionTimestamp, finalizers = [] } = kiali.metadata;
  if (deletionTimestamp !== undefined) return finalizers.includes(kialiFinalizer) ? cleanUp(world, kiali) : [];
  if (!finalizers.includes(kialiFinalizer)) return [setFinalizers(kiali, [...finalizers, kialiFinalizer])];

  const running = condition(kiali.status?.conditions, "Running");
  const isRunning = running.status === "True" && running.reason === "Running";
  const problem = whyItFails(kiali);
  if (problem !== undefined) {
    const failure = condition(kiali.status?.conditions, "Failure");
    if (failure.status === "True" && failure.message === problem) return [];
    return isRunning ? writeStatus(kiali, failed(world, kiali, problem)) : writeStatus(kiali, started(world, kiali));
  }
  const writes = install(world, kiali);
  const succeeded = condition(kiali.status?.conditions, "Successful").status === "True";
  if (writes.length === 0 && succeeded) return [];
  // As with the original, a change is taken up a while after it was made; until then the old verdict stands.
  if (!isRunning) return writeStatus(kiali, started(world, kiali));
  if (writes.length > 0) return writes;
  // The playbook waits for the Route's host, not for the pods.
  const host = admittedHost(world.get(kinds.route, settingsOf(kiali).instance, settingsOf(kiali).namespace));
  return host === undefined && settingsOf(kiali).ingress ? [] : writeStatus(kiali, done(world, kiali));
}

/** The settings that decide names and shapes, with the operator's defaults. */
function settingsOf({ metadata, spec }: Kiali): {
  instance: string;
  namespace: string;
  port: number;
  strategy: string;
  ingress: boolean;
  accessible: readonly string[];
  memberLabel: readonly [string, string];
} {
  const { deployment } = spec ?? {};
  const instance = nonEmpty(deployment?.instance_name) ?? "kiali";
  const namespace = nonEmpty(deployment?.namespace) ?? metadata.namespace ?? "";
  const accessible = deployment?.accessible_namespaces ?? ["**"];
  const prefix = instance === "kiali" ? "kiali.io/" : `kiali.io/${instance}.`;
  const selector = nonEmpty(spec?.api?.namespaces?.label_selector_include) ?? `${prefix}member-of=${namespace}`;
  const [label = "", value = ""] = selector.split("=");
  return {
    instance,
    namespace,
    port: spec?.server?.port ?? 20001,
    strategy: nonEmpty(spec?.auth?.strategy) ?? "openshift",
    ingress: deployment?.ingress?.enabled ?? true,
    accessible: accessible.includes("**") ? ["**"] : [...new Set([...accessible, namespace])].sort(),
    memberLabel: [label, value],
  };
}

/** The message with which the playbook fails, or undefined. It looks at the first problem only. */
function whyItFails(kiali: Kiali): string | undefined {
  const { metadata, spec, status } = kiali;
  const { instance, namespace, strategy, ingress, accessible } = settingsOf(kiali);
  const before = status?.deployment;
  const { web_schema: schema = "", web_history_mode: history = "" } = spec?.server ?? {};
  const { image_name: image = "", image_version: version = "", image_digest: digest = "" } = spec?.deployment ?? {};
  const selector = spec?.api?.namespaces?.label_selector_include;
  const key = spec?.login_token?.signing_key ?? "";
  const requested = spec?.version ?? "default";
  const moved = (what: string, was: string, is: string): string =>
    `The ${what} cannot be changed to a different value. It was [${was}] but is now [${is}]. In order to install Kiali ` +
    `with a different ${what}, please uninstall Kiali first.`;
  const checks: [boolean, string][] = [
    [
      !servedVersions.includes(requested),
      `Asked to install a version [${requested}] that does not have a known supported image.`,
    ],
    [
      before?.instanceName !== undefined && before.instanceName !== instance,
      moved("deployment.instance_name", before?.instanceName ?? "", instance),
    ],
    [
      before?.namespace !== undefined && before.namespace !== namespace,
      moved("deployment.namespace", before?.namespace ?? "", namespace),
    ],
    [
      namespace !== metadata.namespace,
      `The operator is forbidden from installing Kiali in a namespace [${namespace}] that is different from the ` +
        `namespace where the CR was created [${metadata.namespace ?? ""}]`,
    ],
    [
      !/^(?![0-9]+$)(?!-)[a-z0-9-]{0,40}(?<!-)$/.test(instance),
      `The value for deployment.instance_name [${instance}] does not follow the DNS label standard as defined in RFC ` +
        "1123. In short, it must only contain lowercase alphanumeric characters or '-'.",
    ],
    [
      !["", "http", "https"].includes(schema),
      `Invalid server.web_schema [${schema}]! Must be empty, or one of either 'http' or 'https'`,
    ],
    [
      !["", "browser", "hash"].includes(history),
      `Invalid server.web_history_mode [${history}]! Must be empty, or one of either 'browser' or 'hash'`,
    ],
    [
      [image, version, digest].some((text) => text !== ""),
      `The operator is forbidden from accepting a Kiali CR that defines an ad hoc Kiali image ` +
        `[${image}${digest === "" ? "" : `@${digest}`}:${version}]. Remove spec.deployment.image_name, ` +
        "spec.deployment.image_version, and spec.deployment.image_digest from the Kiali CR.",
    ],
    [
      !["openshift", "token", "anonymous"].includes(strategy),
      `Invalid auth.strategy [${strategy}]! Must be one of either 'openshift', 'token' or 'anonymous'`,
    ],
    [
      strategy === "openshift" && !ingress,
      "The auth.strategy is 'openshift' which requires a Route, but deployment.ingress.enabled is false. Aborting.",
    ],
    [
      spec?.deployment?.cluster_wide_access === false && accessible.includes("**"),
      "deployment.cluster_wide_access must be enabled (i.e. 'true') when all namespaces are to be accessible (e.g. " +
        "deployment.accessible_namespaces is undefined or has '**'). Aborting.",
    ],
    [
      selector !== undefined && selector !== "" && !/^[a-zA-Z0-9/_.-]+=[a-zA-Z0-9_.-]+$/.test(selector),
      `The api.namespaces.label_selector_include is not valid [${selector ?? ""}] - it must be in the form of ` +
        "'name=value' following Kubernetes syntax rules for label names and values.",
    ],
    [
      strategy !== "anonymous" && key !== "" && !/^secret:.+:.+$/.test(key) && ![16, 24, 32].includes(key.length),
      "Signing key must be 16, 24 or 32 byte length",
    ],
  ];
  return checks.find(([fails]) => fails)?.[1];
}

/** What is still to be written until the cluster has what this Kiali asks for. */
function install(world: World, kiali: Kiali): Action[] {
  const { namespace, instance, accessible, memberLabel } = settingsOf(kiali);
  const signingKey = world.get(kinds.secret, "kiali-signing-key", namespace);
  const labels = resourceLabels(instance);
  const key = Buffer.from(randomBytes(12).toString("base64url")).toString("base64");
  const secret = object(kinds.secret, "kiali-signing-key", namespace, { type: "Opaque", data: { key } }, { labels });
  const members = accessible.includes("**") ? [] : accessible.filter((name) => isAlive(world, name));
  const [label, value] = memberLabel;
  const obsolete = world
    .list(kinds.namespace)
    .filter(({ metadata }) => metadata.labels?.[label] === value && !members.includes(metadata.name));
  return [
    ...(signingKey === undefined ? [{ verb: "create" as const, object: secret }] : []),
    ...serverObjects(world, kiali).flatMap((item) => apply(world, item)),
    ...members.flatMap((name) =>
      patch(world, object(kinds.namespace, name, undefined, {}, { labels: { [label]: value } })),
    ),
    ...obsolete.flatMap(({ metadata }) => [
      ...patch(world, object(kinds.namespace, metadata.name, undefined, {}, { labels: { [label]: null } })),
      ...roles(instance, metadata.name, namespace).flatMap((item) => remove(world, item)),
    ]),
    ...members.flatMap((name) => roles(instance, name, namespace)).flatMap((item) => apply(world, item)),
  ];
}

/** The server's own objects. */
function serverObjects(world: World, kiali: Kiali): KubeObject[] {
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
    spec: podSpec(instance, port),
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
  const { accessible, namespace, strategy, port } = settingsOf(kiali);
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
    deployment: { ...spec?.deployment, accessible_namespaces: accessible, namespace },
    external_services: { ...spec?.external_services, tracing },
    login_token: { signing_key: "secret:kiali-signing-key:key", ...spec?.login_token },
    server: { ...spec?.server, port },
  };
}

function podSpec(instance: string, port: number): object {
  const probe = {
    httpGet: { path: "/healthz", port: "api-port", scheme: "HTTPS" },
    initialDelaySeconds: 5,
    periodSeconds: 30,
  };
  const mounts = {
    "kiali-configuration": "/kiali-configuration",
    "kiali-cert": "/kiali-cert",
    "kiali-cabundle": "/kiali-cabundle",
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
    ],
  };
}

/** What lets the server read a namespace. */
function roles(instance: string, namespace: string, home: string): KubeObject[] {
  const labels = resourceLabels(instance);
  const name = `${instance}-viewer`;
  const rules = [
    { apiGroups: [""], resources: ["configmaps", "endpoints", "pods", "services"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["apps"], resources: ["deployments", "replicasets", "statefulsets"], verbs: ["get", "list", "watch"] },
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  const subjects = [{ kind: "ServiceAccount", name: `${instance}-service-account`, namespace: home }];
  return [
    object(kinds.role, name, namespace, { rules }, { labels }),
    object(kinds.roleBinding, instance, namespace, { roleRef, subjects }, { labels }),
  ];
}

/** Removes what the operator made, and lets the resource go once it is gone. */
function cleanUp(world: World, kiali: Kiali): Action[] {
  const { finalizers = [] } = kiali.metadata;
  const { instance, namespace, memberLabel } = settingsOf(kiali);
  const [label, value] = memberLabel;
  const labelled = world.list(kinds.namespace).filter(({ metadata }) => metadata.labels?.[label] === value);
  const made = [
    ...serverObjects(world, kiali),
    object(kinds.route, instance, namespace),
    object(kinds.secret, "kiali-signing-key", namespace),
    ...labelled.flatMap(({ metadata }) => roles(instance, metadata.name, namespace)),
  ];
  const left = made.filter((item) => world.live(item) !== undefined);
  if (left.length > 0) return left.flatMap((item) => remove(world, item));
  return [
    ...labelled.flatMap(({ metadata }) =>
      patch(world, object(kinds.namespace, metadata.name, undefined, {}, { labels: { [label]: null } })),
    ),
    setFinalizers(
      kiali,
      finalizers.filter((name) => name !== kialiFinalizer),
    ),
  ];
}

function started(world: World, kiali: Kiali): object {
  const { conditions = [] } = kiali.status ?? {};
  const verdicts = conditions.map((c) =>
    c.type === "Successful" && c.status === "True" ? { ...c, status: "False" } : c,
  );
  const said = { type: "Running", status: "True", reason: "Running", message: "Running reconciliation" };
  return withStatus(kiali, withCondition(verdicts, said, world.now), "1. Initializing");
}

function failed(world: World, kiali: Kiali, message: string): object {
  const said: Omit<Condition, "lastTransitionTime">[] = [
    { type: "Running", status: "False", reason: "Running", message: "Running reconciliation" },
    { type: "Failure", status: "True", reason: "Failed", message },
    { type: "Successful", status: "False", reason: "", message: "" },
  ];
  return withStatus(kiali, allConditions(world, kiali, said), "2. Setting up configuration");
}

function done(world: World, kiali: Kiali): object {
  const { instance, namespace, accessible } = settingsOf(kiali);
  const said: Omit<Condition, "lastTransitionTime">[] = [
    { type: "Running", status: "True", reason: "Successful", message: "Awaiting next reconciliation" },
    { type: "Failure", status: "False", reason: "", message: "" },
    { type: "Successful", status: "True", reason: "Successful", message: "Last reconciliation succeeded" },
  ];
  return {
    ...withStatus(kiali, allConditions(world, kiali, said), "9. Finished all resource creation"),
    deployment: { instanceName: instance, namespace, accessibleNamespaces: accessible.join(",") },
    environment: { isOpenshift: true, isMaistra: true, operatorVersion: "v1.73" },
    specVersion: kiali.spec?.version ?? "default",
  };
}

function allConditions(
  world: World,
  kiali: Kiali,
  said: readonly Omit<Condition, "lastTransitionTime">[],
): Condition[] {
  const before = [...(kiali.status?.conditions ?? [])];
  return said.reduce((all, item) => withCondition(all, item, world.now), before);
}

function withStatus(kiali: Kiali, conditions: readonly Condition[], message: string): object {
  return { ...kiali.status, conditions, progress: { message, duration: "0:00:00" } };
}

function resourceLabels(instance: string): Record<string, string> {
  return {
    app: "kiali",
    version: "v1.73",
    "app.kubernetes.io/name": "kiali",
    "app.kubernetes.io/version": "v1.73",
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/part-of": "kiali",
  };
}

function isAlive(world: World, name: string): boolean {
  const namespace = world.get(kinds.namespace, name);
  return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
