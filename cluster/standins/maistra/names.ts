/** Names, labels and versions that the Maistra operator gives to what it makes. */
import type { ControlPlane, KubeObject } from "../objects";

/** Under which name all of the operator's controllers manage fields. */
export const operatorName = "istio-operator";
/** The release that the stand-in plays. Operator and charts carry the same number. */
export const operatorVersion = "2.5.1";
/** The namespace in which the operator runs; no mesh may be put there. */
export const operatorNamespace = "openshift-operators";
/** On meshes, rolls and members until they are cleaned up. */
export const finalizer = "maistra.io/istio-operator";
/** On a namespace: the namespace of the control plane to whose mesh it belongs. */
export const memberOf = "maistra.io/member-of";
/** On an object of a mesh: with which version and generation of the mesh it was written. */
export const meshGeneration = "maistra.io/mesh-generation";
/** On an object of a mesh: which component it belongs to. */
export const componentLabel = "app.kubernetes.io/component";
/** On a NetworkPolicy that is not copied to the members. */
export const internal = "maistra.io/internal";
/** On a member or a roll that the operator made by itself. */
export const createdBy = "maistra.io/created-by";
/** The one name of a ServiceMeshMemberRoll and of a ServiceMeshMember. */
export const onlyName = "default";

/** The version under which a mesh of this generation is reconciled. */
export function currentVersion({ metadata }: KubeObject): string {
  return `${operatorVersion}-${metadata.generation ?? 0}`;
}

/** The version under which a mesh was last reconciled; "-0" before the first time. */
export function reconciledVersion({ status }: ControlPlane): string {
  return `${status?.operatorVersion ?? ""}-${status?.observedGeneration ?? 0}`;
}

/** The labels of everything that belongs to a mesh. */
export function ownerLabels({ metadata }: ControlPlane): Record<string, string> {
  return { "maistra.io/owner": metadata.namespace ?? "", "maistra.io/owner-name": metadata.name };
}

/** Whether an object belongs to a mesh. */
export function ownedBy(mesh: ControlPlane, { metadata }: KubeObject): boolean {
  return Object.entries(ownerLabels(mesh)).every(([key, value]) => metadata.labels?.[key] === value);
}
