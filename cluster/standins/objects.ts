/** The Kubernetes objects that the stand-ins read and write, with as much of their shape as they look at. */

/** A condition as the Maistra and Ansible operators write it. */
export interface Condition {
  /** What is judged, such as Ready. */
  readonly type: string;
  /** True, False or Unknown. */
  readonly status: string;
  /** One CamelCase word on why. */
  readonly reason?: string;
  /** A sentence on why. */
  readonly message?: string;
  /** When `status` last changed, RFC 3339 to the second. */
  readonly lastTransitionTime?: string;
}

/** What every object has. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** Absent on objects of the cluster. */
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string | Date;
    readonly deletionTimestamp?: string | Date;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly object[];
  };
}

/** How a kind is called and where the API server has it; `T` is the shape of its objects. */
export interface Kind<T extends KubeObject> {
  /** Group and version, or the version alone for the core group. */
  readonly apiVersion: string;
  readonly kind: string;
  /** The name in URLs. */
  readonly plural: string;
  /** Never set; carries `T`. */
  readonly shape?: T;
}

function kind<T extends KubeObject>(apiVersion: string, name: string, plural: string): Kind<T> {
  return { apiVersion, kind: name, plural };
}

/** A namespace. */
export type Namespace = KubeObject & { readonly status?: { readonly phase?: string } };

/** A ConfigMap. */
export type ConfigMap = KubeObject & {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
};

/** A Secret; `data` is base64. */
export type Secret = KubeObject & { readonly type?: string; readonly data?: Readonly<Record<string, string>> };

/** A pod, as admission sees it: one made by a controller has no name yet. */
export type Pod = Omit<KubeObject, "metadata"> & {
  readonly metadata: Omit<KubeObject["metadata"], "name"> & { readonly name?: string };
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly containers: readonly { readonly name: string }[];
    readonly volumes?: readonly { readonly name: string }[];
  };
};

/** How a pod refers to a Secret or a ConfigMap, or to keys of it. */
export interface KeySelector {
  readonly name?: string;
  /** In a volume of a Secret, instead of `name`. */
  readonly secretName?: string;
  /** A missing one does not keep the pod from starting. */
  readonly optional?: boolean;
  /** The one key that an environment variable reads. */
  readonly key?: string;
  /** The keys that a volume shows; all of them where there is no such list. */
  readonly items?: readonly { readonly key: string }[];
}

/** What a container reads from Secrets and ConfigMaps. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly {
    readonly valueFrom?: { readonly secretKeyRef?: KeySelector; readonly configMapKeyRef?: KeySelector };
  }[];
  readonly envFrom?: readonly { readonly secretRef?: KeySelector; readonly configMapRef?: KeySelector }[];
}

/** A pod that the API server has. */
export type RunningPod = KubeObject & {
  readonly spec: {
    /** Absent until it is scheduled. */
    readonly nodeName?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly {
      readonly secret?: KeySelector;
      readonly configMap?: KeySelector;
      readonly projected?: {
        readonly sources?: readonly { readonly secret?: KeySelector; readonly configMap?: KeySelector }[];
      };
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly object[];
  };
};

/** A Deployment. */
export type Deployment = KubeObject & {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: object;
    readonly template: {
      readonly metadata: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec: object;
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
};

/** A claim on a volume. */
export type PersistentVolumeClaim = KubeObject & {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly volumeName?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: { readonly phase?: string };
};

/** A volume. */
export type PersistentVolume = KubeObject & {
  readonly spec: { readonly claimRef?: { readonly name: string; readonly namespace: string; readonly uid?: string } };
  readonly status?: { readonly phase?: string };
};

/** An OpenShift Route. */
export type Route = KubeObject & {
  readonly spec?: {
    readonly host?: string;
    readonly path?: string;
    readonly tls?: { readonly termination?: string };
    readonly to?: { readonly name?: string };
  };
  readonly status?: {
    readonly ingress?: readonly {
      readonly host?: string;
      readonly routerName?: string;
      readonly conditions?: readonly Condition[];
    }[];
  };
};

/** A provider of tracing, metrics, logs or authorisation of the mesh; one field besides the name says which. */
export type ExtensionProvider = { readonly name?: string; readonly zipkin?: object } & Readonly<
  Record<string, unknown>
>;

/** The specification of a mesh, version 2. */
export interface ControlPlaneSpec {
  readonly version?: string;
  readonly mode?: string;
  readonly profiles?: readonly string[];
  readonly security?: { readonly manageNetworkPolicy?: boolean; readonly identity?: { readonly type?: string } };
  readonly tracing?: { readonly type?: string; readonly sampling?: number };
  readonly meshConfig?: { readonly extensionProviders?: readonly ExtensionProvider[] };
  readonly policy?: { readonly type?: string };
  readonly telemetry?: { readonly type?: string };
  readonly gateways?: {
    readonly enabled?: boolean;
    readonly ingress?: { readonly enabled?: boolean; readonly routeConfig?: { readonly enabled?: boolean } };
    readonly egress?: { readonly enabled?: boolean };
    readonly openshiftRoute?: { readonly enabled?: boolean };
  };
  readonly addons?: {
    readonly grafana?: { readonly enabled?: boolean };
    readonly kiali?: { readonly enabled?: boolean; readonly name?: string };
    readonly prometheus?: { readonly enabled?: boolean };
  };
}

/** A mesh (Maistra). */
export type ControlPlane = KubeObject & {
  readonly spec?: ControlPlaneSpec;
  readonly status?: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly appliedSpec?: ControlPlaneSpec;
    readonly chartVersion?: string;
    readonly operatorVersion?: string;
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly components?: readonly { readonly resource: string; readonly conditions?: readonly Condition[] }[];
    readonly readiness?: { readonly components?: Readonly<Record<string, readonly string[]>> };
  };
};

/** Labels that a selector asks for. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The roll of a mesh's members (Maistra). */
export type MemberRoll = KubeObject & {
  readonly spec?: {
    readonly members?: readonly string[] | null;
    readonly memberSelectors?: readonly LabelSelector[];
  };
  readonly status?: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly conditions?: readonly Condition[];
    readonly configuredMembers?: readonly string[];
    readonly memberStatuses?: readonly { readonly namespace: string; readonly conditions: readonly Condition[] }[];
  };
};

/** The membership of one namespace (Maistra). */
export type Member = KubeObject & {
  readonly spec: { readonly controlPlaneRef: { readonly name: string; readonly namespace: string } };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly meshReconciledVersion?: string;
  };
};

/** Settings of one backend that Kiali reads from. */
export type KialiExternalService = Readonly<Record<string, unknown>> & {
  readonly enabled?: boolean;
  readonly auth?: { readonly password?: string };
};

/** A Kiali installation. */
export type Kiali = KubeObject & {
  readonly spec?: {
    readonly version?: string;
    readonly api?: {
      readonly namespaces?: { readonly exclude?: readonly string[]; readonly label_selector_include?: string };
    };
    readonly auth?: { readonly strategy?: string };
    readonly deployment?: {
      readonly accessible_namespaces?: readonly string[];
      readonly cluster_wide_access?: boolean;
      readonly image_name?: string;
      readonly image_version?: string;
      readonly image_digest?: string;
      readonly ingress?: { readonly enabled?: boolean };
      readonly instance_name?: string;
      readonly namespace?: string;
      readonly pod_annotations?: Readonly<Record<string, string>>;
      readonly pod_labels?: Readonly<Record<string, string>>;
      readonly replicas?: number;
      readonly service_annotations?: Readonly<Record<string, string>>;
      readonly service_type?: string;
    };
    readonly external_services?: Readonly<Record<string, KialiExternalService>>;
    readonly identity?: { readonly cert_file?: string; readonly private_key_file?: string };
    readonly login_token?: { readonly signing_key?: string };
    readonly server?: {
      readonly port?: number;
      readonly web_schema?: string;
      readonly web_history_mode?: string;
    };
  };
  readonly status?: Readonly<Record<string, unknown>> & {
    readonly conditions?: readonly Condition[];
    readonly deployment?: { readonly instanceName?: string; readonly namespace?: string };
  };
};

/** Every kind that a stand-in watches. */
export const kinds = {
  configMap: kind<ConfigMap>("v1", "ConfigMap", "configmaps"),
  controlPlane: kind<ControlPlane>("maistra.io/v2", "ServiceMeshControlPlane", "servicemeshcontrolplanes"),
  deployment: kind<Deployment>("apps/v1", "Deployment", "deployments"),
  kiali: kind<Kiali>("kiali.io/v1alpha1", "Kiali", "kialis"),
  member: kind<Member>("maistra.io/v1", "ServiceMeshMember", "servicemeshmembers"),
  memberRoll: kind<MemberRoll>("maistra.io/v1", "ServiceMeshMemberRoll", "servicemeshmemberrolls"),
  mutatingWebhook: kind<KubeObject>(
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
  ),
  namespace: kind<Namespace>("v1", "Namespace", "namespaces"),
  networkPolicy: kind<KubeObject>("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  persistentVolume: kind<PersistentVolume>("v1", "PersistentVolume", "persistentvolumes"),
  persistentVolumeClaim: kind<PersistentVolumeClaim>("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  pod: kind<RunningPod>("v1", "Pod", "pods"),
  role: kind<KubeObject>("rbac.authorization.k8s.io/v1", "Role", "roles"),
  roleBinding: kind<KubeObject>("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  route: kind<Route>("route.openshift.io/v1", "Route", "routes"),
  secret: kind<Secret>("v1", "Secret", "secrets"),
  service: kind<KubeObject>("v1", "Service", "services"),
  serviceAccount: kind<KubeObject>("v1", "ServiceAccount", "serviceaccounts"),
  storageClass: kind<KubeObject>("storage.k8s.io/v1", "StorageClass", "storageclasses"),
} as const;

/** An object of a kind, ready to be sent: identity from the arguments, the rest from `fields`. */
export function object<T extends KubeObject>(
  of: Kind<T>,
  name: string,
  namespace: string | undefined,
  fields: object = {},
  metadata: object = {},
): T {
  return {
    apiVersion: of.apiVersion,
    kind: of.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
    ...fields,
  } as T;
}

/** "Kind namespace/name", for logs and errors. */
export function described(item: KubeObject): string {
  const { name, namespace } = item.metadata;
  return `${item.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
