import { UserError } from "../cluster/interruption";
import type { Kubectl } from "../cluster/kubectl";
import { podRange, type PodRange } from "./network";

/** A pod, as far as the data plane looks at it. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly Container[];
  };
  readonly status: { readonly phase?: string; readonly podIP?: string };
}

/** A container of a pod. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
}

/** A Service. */
export interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
  };
}

/** A ServiceMeshControlPlane. */
export interface ControlPlane {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly tracing?: { readonly sampling?: number } };
}

/** What the data plane is made from. */
export interface Deployed {
  readonly range: PodRange;
  readonly controlPlane: ControlPlane;
  /** Pods that run and have an address. */
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
}

type Listed =
  | ({ readonly kind: "Node" } & { readonly spec: { readonly podCIDR?: string } })
  | ({ readonly kind: "Pod" } & Pod)
  | ({ readonly kind: "Service" } & Service)
  | ({ readonly kind: "ServiceMeshControlPlane" } & ControlPlane);

/** Sorts a list of objects. A {@link UserError} says what is missing in it. */
export function fromList(items: readonly Listed[]): Deployed {
  const of = <K extends Listed["kind"]>(kind: K) =>
    items.filter((item): item is Extract<Listed, { kind: K }> => item.kind === kind);
  const [controlPlane, another] = of("ServiceMeshControlPlane");
  if (!controlPlane) {
    throw new UserError(
      "no ServiceMeshControlPlane is deployed: npm run demo deploys one, with all that belongs to it",
    );
  }
  if (another) {
    const names = of("ServiceMeshControlPlane").map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    throw new UserError(`there are several meshes (${names.join(", ")}); the data plane runs one`);
  }
  return {
    range: podRange(of("Node")[0]?.spec.podCIDR ?? "none"),
    controlPlane,
    pods: of("Pod").filter(
      ({ metadata, status }) =>
        status.phase === "Running" && status.podIP !== undefined && metadata.deletionTimestamp === undefined,
    ),
    services: of("Service"),
  };
}

/** Reads what is deployed on a control plane. */
export async function readDeployed(kubectl: Kubectl): Promise<Deployed> {
  const kinds = "nodes,pods,services,servicemeshcontrolplanes.maistra.io";
  const { items } = JSON.parse(await kubectl.run(["get", kinds, "-A", "-o", "json"])) as { items: Listed[] };
  return fromList(items);
}
