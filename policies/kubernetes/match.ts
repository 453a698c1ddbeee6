import { Field, isUnknown, type Decision, type FieldOwner, type Unknown } from "./fields";

/** What rules read of a resource, both of one that is about to be registered and of one of a whole stack. */
export interface Resource {
  /** Type token: `kubernetes:<group>/<version>:<Kind>`, for custom resources too. */
  readonly type: string;
  readonly urn: string;
  // Pulumi's own type for properties.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly props: Record<string, any>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly provider?: { readonly props: Record<string, any> };
  /** Resource options. Manifests and golden files have none. */
  readonly opts?: { readonly protect?: boolean };
}

/** API group and kinds, of whatever version. */
export interface Match {
  readonly group: string;
  readonly kinds: readonly string[];
}

/** The kinds that rules look for. `core` is what Pulumi calls the group without a name. */
export const kinds = {
  controlPlane: { group: "maistra.io", kinds: ["ServiceMeshControlPlane"] },
  memberRoll: { group: "maistra.io", kinds: ["ServiceMeshMemberRoll"] },
  member: { group: "maistra.io", kinds: ["ServiceMeshMember"] },
  istio: { group: "sailoperator.io", kinds: ["Istio", "IstioRevision"] },
  telemetry: { group: "telemetry.istio.io", kinds: ["Telemetry"] },
  namespace: { group: "core", kinds: ["Namespace"] },
  project: { group: "project.openshift.io", kinds: ["Project", "ProjectRequest"] },
  pod: { group: "core", kinds: ["Pod"] },
  cronJob: { group: "batch", kinds: ["CronJob"] },
  job: { group: "batch", kinds: ["Job"] },
  replicationController: { group: "core", kinds: ["ReplicationController"] },
  appsWorkload: { group: "apps", kinds: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"] },
  podTemplate: { group: "core", kinds: ["PodTemplate"] },
  deploymentConfig: { group: "apps.openshift.io", kinds: ["DeploymentConfig"] },
  secret: { group: "core", kinds: ["Secret"] },
  configMap: { group: "core", kinds: ["ConfigMap"] },
  networkPolicy: { group: "networking.k8s.io", kinds: ["NetworkPolicy"] },
  ingress: { group: "networking.k8s.io", kinds: ["Ingress"] },
  route: { group: "route.openshift.io", kinds: ["Route"] },
  gateway: { group: "networking.istio.io", kinds: ["Gateway"] },
  gatewayApi: { group: "gateway.networking.k8s.io", kinds: ["Gateway"] },
  role: { group: "rbac.authorization.k8s.io", kinds: ["Role", "ClusterRole"] },
  clusterRole: { group: "rbac.authorization.k8s.io", kinds: ["ClusterRole"] },
  roleBinding: { group: "rbac.authorization.k8s.io", kinds: ["RoleBinding", "ClusterRoleBinding"] },
  clusterRoleBinding: { group: "rbac.authorization.k8s.io", kinds: ["ClusterRoleBinding"] },
  tempoStack: { group: "tempo.grafana.com", kinds: ["TempoStack"] },
  tempoMonolithic: { group: "tempo.grafana.com", kinds: ["TempoMonolithic"] },
  kiali: { group: "kiali.io", kinds: ["Kiali"] },
  collector: { group: "opentelemetry.io", kinds: ["OpenTelemetryCollector"] },
  envoyFilter: { group: "networking.istio.io", kinds: ["EnvoyFilter"] },
  scc: { group: "security.openshift.io", kinds: ["SecurityContextConstraints"] },
  istioOperator: { group: "install.istio.io", kinds: ["IstioOperator"] },
  minioTenant: { group: "minio.min.io", kinds: ["Tenant"] },
  istioRevisionTag: { group: "sailoperator.io", kinds: ["IstioRevisionTag"] },
  istioCni: { group: "sailoperator.io", kinds: ["IstioCNI"] },
  ztunnel: { group: "sailoperator.io", kinds: ["ZTunnel"] },
  ossmConsole: { group: "kiali.io", kinds: ["OSSMConsole"] },
  service: { group: "core", kinds: ["Service"] },
  persistentVolumeClaim: { group: "core", kinds: ["PersistentVolumeClaim"] },
  serviceAccount: { group: "core", kinds: ["ServiceAccount"] },
  autoscaler: { group: "autoscaling", kinds: ["HorizontalPodAutoscaler"] },
  webhookConfiguration: {
    group: "admissionregistration.k8s.io",
    kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
  },
  customResourceDefinition: { group: "apiextensions.k8s.io", kinds: ["CustomResourceDefinition"] },
  apiService: { group: "apiregistration.k8s.io", kinds: ["APIService"] },
  bucketClaim: { group: "objectbucket.io", kinds: ["ObjectBucketClaim"] },
  jaeger: { group: "jaegertracing.io", kinds: ["Jaeger"] },
  destinationRule: { group: "networking.istio.io", kinds: ["DestinationRule"] },
  sidecar: { group: "networking.istio.io", kinds: ["Sidecar"] },
  uiPlugin: { group: "observability.openshift.io", kinds: ["UIPlugin"] },
} as const satisfies Record<string, Match>;

/** Whatever Kubernetes serves. */
export const everyKind: Match = { group: "*", kinds: ["Kubernetes objects"] };

/** A Kubernetes object that the stack declares, or patches. */
export class KubernetesObject implements FieldOwner {
  /** Whether the resource only adds fields (`DeploymentPatch`) to an object that is declared elsewhere. */
  readonly isPatch: boolean;
  readonly urn: string;
  readonly props: Record<string, unknown>;
  /** Whether Pulumi refuses to delete it. */
  readonly isProtected: boolean;
  /** Without the `Patch` of a resource that patches it. */
  readonly kind: string;
  /** Group and version; of the group without a name it is the version alone. */
  readonly apiVersion: string;
  private readonly group: string;
  private readonly provider: Resource["provider"];

  private constructor(resource: Resource, group: string, version: string, kind: string) {
    this.urn = resource.urn;
    this.props = resource.props;
    this.provider = resource.provider;
    this.isProtected = resource.opts?.protect === true;
    this.group = group;
    this.apiVersion = group === "core" ? version : `${group}/${version}`;
    this.kind = kind.replace(/Patch$/, "");
    this.isPatch = kind.endsWith("Patch");
  }

  /** The object that a resource stands for; undefined if it is not one of Kubernetes. */
  static from(resource: Resource): KubernetesObject | undefined {
    // A custom resource has no class of its own, so Pulumi's isType cannot tell it; the type token can.
    const [, group, version, kind] = /^kubernetes:([^:/]+)\/([^:/]+):(\w+)$/.exec(resource.type) ?? [];
    return group && version && kind ? new KubernetesObject(resource, group, version, kind) : undefined;
  }

  /** Whether it is of one of the kinds, its Patch variants included. */
  is(match: Match): boolean {
    return match === everyKind || (this.group === match.group && match.kinds.includes(this.kind));
  }

  /** A place in its properties. */
  field(...path: readonly (string | number)[]): Field {
    return new Field(this, path);
  }

  /**
   * A place in what the program asks for. Rules on stacks see, in an update, the live object with all that others have
   * set in it; the provider keeps the program's part in `__inputs`.
   */
  declaredField(...path: readonly (string | number)[]): Field {
    return this.hasInputs ? this.field("__inputs", ...path) : this.field(...path);
  }

  /** Whether it was read from a cluster, so that nobody can say which of its fields were asked for. */
  get isLive(): Decision {
    const uid = this.field("metadata", "uid").read();
    return !this.hasInputs && (isUnknown(uid) ? uid : uid !== undefined);
  }

  private get hasInputs(): boolean {
    return this.field("__inputs").read() !== undefined;
  }

  /** `metadata.name`; undefined while Pulumi has not generated one yet. */
  get name(): string | Unknown | undefined {
    return this.field("metadata", "name").string();
  }

  /** The namespace it lands in: its own, else the provider's, else Kubernetes' `default`. */
  get namespace(): string | Unknown {
    return this.field("metadata", "namespace").string() ?? this.providerNamespace ?? "default";
  }

  private get providerNamespace(): string | Unknown | undefined {
    const props = this.provider?.props;
    return props && new Field({ props, toString: () => "the provider" }, ["namespace"]).string();
  }

  /** How messages call it: `Telemetry istio-system/mesh-default`, or its Pulumi name while it has no other. */
  toString(): string {
    const name = this.name;
    if (typeof name !== "string") {
      return `${this.kind} "${nameOf(this.urn)}"`;
    }
    const namespace = this.field("metadata", "namespace").string();
    return `${this.kind} ${namespace === undefined || isUnknown(namespace) ? "" : `${namespace}/`}${name}`;
  }
}

/** The Pulumi name of a resource: what follows stack, project and type in its URN. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The stack a resource belongs to. Only the URN says so in every version of Pulumi's language host. */
export function stackOf(urn: string): string {
  return (urn.split("::", 1)[0] ?? "").replace(/^urn:pulumi:/, "");
}
