import { UserError } from "../../cluster/interruption";
import type { Kubectl } from "../../cluster/kubectl";
import { deployedIn, deployedKinds, ofKind, readObjects, type Deployed, type KubeObject } from "../deployed";
import { podRange, type PodRange } from "../network";

/** A node. */
type Node = KubeObject & { readonly spec: { readonly podCIDR?: string } };

/** A ServiceMeshControlPlane. */
export type ControlPlane = KubeObject & { readonly spec: { readonly tracing?: { readonly sampling?: number } } };

/** What was deployed, with the mesh. */
export interface DeployedMesh extends Deployed {
  readonly controlPlane: ControlPlane;
  /** Addresses of the pods. */
  readonly range: PodRange;
}

/** Finds the mesh among objects. A {@link UserError} says what is missing. */
export function meshIn(items: readonly KubeObject[]): DeployedMesh {
  const controlPlanes = ofKind<ControlPlane>(items, "ServiceMeshControlPlane");
  const [controlPlane] = controlPlanes;
  if (!controlPlane) {
    throw new UserError(
      "no ServiceMeshControlPlane is deployed: npm run demo deploys one, with all that belongs to it",
    );
  }
  if (controlPlanes.length > 1) {
    const names = controlPlanes.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    throw new UserError(`there are several meshes (${names.join(", ")}); the data plane runs one`);
  }
  const [node] = ofKind<Node>(items, "Node");
  return { ...deployedIn(items), controlPlane, range: podRange(node?.spec.podCIDR ?? "none") };
}

/** Reads what is deployed on a control plane, with its mesh. */
export const readMesh = async (kubectl: Kubectl): Promise<DeployedMesh> =>
  meshIn(await readObjects(kubectl, [...deployedKinds, "nodes", "servicemeshcontrolplanes.maistra.io"]));
