import type { Kubectl } from "../cluster/kubectl";

/** What every object has. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

/** A named reference to one key of a ConfigMap or Secret. */
interface KeyReference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** A variable of a container's environment. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: KeyReference;
    readonly configMapKeyRef?: KeyReference;
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** How a kubelet asks a container whether it is ready; one of the fields. Ports are numbers, or names of the container's. */
export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: number | string; readonly scheme?: string };
  readonly tcpSocket?: { readonly port: number | string };
  readonly grpc?: { readonly port: number };
}

/** A container of a pod, as far as it is run here. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly readinessProbe?: Probe;
}

/** Keys of a ConfigMap or Secret, and the file that each becomes; all of them under their own names if left out. */
type Items = readonly { readonly key: string; readonly path: string }[];

/** One part of a projected volume. */
interface Projection {
  readonly serviceAccountToken?: { readonly path: string };
  readonly configMap?: { readonly name: string; readonly items?: Items; readonly optional?: boolean };
  readonly secret?: { readonly name: string; readonly items?: Items; readonly optional?: boolean };
  readonly downwardAPI?: {
    readonly items: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[];
  };
}

/** A volume of a pod; exactly one of the fields besides the name is there. */
export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string; readonly items?: Items; readonly optional?: boolean };
  readonly secret?: { readonly secretName: string; readonly items?: Items; readonly optional?: boolean };
  readonly emptyDir?: object;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources: readonly Projection[] };
}

/** What a pod or the template of a job says. */
export interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly serviceAccountName?: string;
  readonly nodeName?: string;
  /** How long its containers have to end by themselves. */
  readonly terminationGracePeriodSeconds?: number;
}

/** A pod. */
export type Pod = KubeObject & {
  readonly spec: PodSpec;
  readonly status?: { readonly phase?: string; readonly podIP?: string };
};

/** A Job. */
export type Job = KubeObject & {
  readonly spec: {
    readonly template: { readonly metadata?: { labels?: Record<string, string> }; readonly spec: PodSpec };
  };
};

/** A Service. */
export type Service = KubeObject & {
  readonly spec?: {
    /** `None` where it has no address of its own. */
    readonly clusterIP?: string;
    /** Labels of its pods; undefined where it is not by labels that they are found. */
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
  };
};

/** Some of a Service's endpoints. */
export type EndpointSlice = KubeObject & {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null;
  readonly endpoints?:
    readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[] | null;
};

/** A ConfigMap. */
export type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** A Secret; `data` is base64. */
export type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** What was deployed, as it is at one moment. */
export interface Deployed {
  readonly pods: readonly Pod[];
  readonly jobs: readonly Job[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly configMaps: readonly ConfigMap[];
  readonly secrets: readonly Secret[];
}

/** The kinds of {@link Deployed}. */
export const deployedKinds = ["pods", "jobs", "services", "endpointslices", "configmaps", "secrets"] as const;

/** Reads objects of these kinds, of all namespaces. */
export async function readObjects<T extends KubeObject>(kubectl: Kubectl, kinds: readonly string[]): Promise<T[]> {
  const { items } = JSON.parse(await kubectl.run(["get", kinds.join(), "-A", "-o", "json"])) as { items: T[] };
  return items;
}

/** Those of one kind. */
export const ofKind = <T extends KubeObject>(items: readonly KubeObject[], kind: T["kind"]) =>
  items.filter((item): item is T => item.kind === kind);

/** Sorts objects by their kinds. */
export function deployedIn(items: readonly KubeObject[]): Deployed {
  return {
    pods: ofKind(items, "Pod"),
    jobs: ofKind(items, "Job"),
    services: ofKind(items, "Service"),
    endpointSlices: ofKind(items, "EndpointSlice"),
    configMaps: ofKind(items, "ConfigMap"),
    secrets: ofKind(items, "Secret"),
  };
}

/** Whether a pod runs: a Job's that has completed does not, nor one that is being deleted. */
export const isRunning = ({ metadata, status }: Pod) =>
  metadata.deletionTimestamp === undefined && status?.phase === "Running";

/** Whether an object has all of these labels. */
export function hasLabels(
  labels: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>>,
) {
  return Object.entries(wanted).every(([name, value]) => labels?.[name] === value);
}

/** The object of this name; undefined where there is none. */
export function named<T extends KubeObject>(items: readonly T[], namespace: string, name: string): T | undefined {
  return items.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
}
