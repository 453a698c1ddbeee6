/** Stand-in for the Maistra operator's controller of ServiceMeshMembers: takes a namespace into a mesh, and out again. */
import { kinds, object, type Member } from "../objects";
import {
  patch,
  remove,
  setFinalizers,
  withCondition,
  writeStatus,
  type Action,
  type Controller,
  type World,
} from "../world";
import { createdBy, finalizer, internal, memberOf, onlyName, operatorName, reconciledVersion } from "./names";

const controllerName = "servicemeshmember-controller";

/** Labels the namespace of each member, and copies the mesh's NetworkPolicies into it. */
export const members: Controller = {
  name: operatorName,
  watches: [kinds.member, kinds.controlPlane, kinds.memberRoll, kinds.namespace, kinds.networkPolicy],
  reconcile: (world) => world.list(kinds.member).flatMap((member) => reconcile(world, member)),
};

function reconcile(world: World, member: Member): Action[] {
  const { deletionTimestamp, finalizers = [], name, namespace = "" } = member.metadata;
  const { controlPlaneRef } = member.spec;
  if (deletionTimestamp !== undefined) return finalizers.includes(finalizer) ? cleanUp(world, member) : [];
  if (!finalizers.includes(finalizer)) return [setFinalizers(member, [...finalizers, finalizer])];
  if (name !== onlyName) {
    return failed(world, member, "InvalidName", `the ServiceMeshMember name is invalid; must be "${onlyName}"`);
  }
  if (namespace === controlPlaneRef.namespace) return [];
  const mesh = world.get(kinds.controlPlane, controlPlaneRef.name, controlPlaneRef.namespace);
  if (mesh === undefined) {
    const message = "the referenced ServiceMeshControlPlane object does not exist";
    return failed(world, member, "ErrorControlPlaneMissing", message);
  }
  const roll = world.get(kinds.memberRoll, onlyName, controlPlaneRef.namespace);
  const live = world.get(kinds.namespace, namespace);
  if (live?.metadata.deletionTimestamp !== undefined) {
    return failed(world, member, "ErrorConfiguringNamespace", "namespace is terminating");
  }
  const owner = live?.metadata.labels?.[memberOf];
  if (owner !== undefined && owner !== controlPlaneRef.namespace) {
    const message = `cannot reconcile namespace ${namespace} in mesh ${controlPlaneRef.namespace}, as it is already a member of ${owner}`;
    return failed(world, member, "ErrorConfiguringNamespace", message);
  }
  const label = { labels: { [memberOf]: controlPlaneRef.namespace } };
  return [
    ...(roll === undefined ? [makeRoll(controlPlaneRef.namespace)] : []),
    ...policies(world, member),
    ...patch(world, object(kinds.namespace, namespace, undefined, {}, label)),
    ...status(
      world,
      member,
      { status: "True", reason: "", message: "" },
      { meshGeneration: mesh.status?.observedGeneration ?? 0, meshReconciledVersion: reconciledVersion(mesh) },
    ),
  ];
}

/** The mesh's NetworkPolicies that the members get too, and the removal of those that it no longer has. */
function policies(world: World, member: Member): Action[] {
  const { namespace = "" } = member.metadata;
  const meshNamespace = member.spec.controlPlaneRef.namespace;
  const wanted = world
    .list(kinds.networkPolicy, meshNamespace)
    .filter(({ metadata }) => metadata.labels?.["maistra.io/owner"] === meshNamespace)
    .filter(
      ({ metadata }) => metadata.annotations?.[internal] === undefined && metadata.deletionTimestamp === undefined,
    );
  const copies = wanted
    .filter(({ metadata }) => world.get(kinds.networkPolicy, metadata.name, namespace) === undefined)
    .map((policy) => {
      const { "maistra.io/owner": _owner, "maistra.io/owner-name": _name, ...labels } = policy.metadata.labels ?? {};
      const { spec } = policy as { spec?: object };
      const metadata = { labels: { ...labels, [memberOf]: meshNamespace } };
      const copy = object(kinds.networkPolicy, policy.metadata.name, namespace, { spec }, metadata);
      return { verb: "create" as const, object: copy };
    });
  const names = wanted.map(({ metadata }) => metadata.name);
  const obsolete = copied(world, member).filter(({ metadata }) => !names.includes(metadata.name));
  return [...copies, ...obsolete.flatMap((policy) => remove(world, policy))];
}

/** Takes the namespace out of the mesh; nothing is to be done for one that is going itself. */
function cleanUp(world: World, member: Member): Action[] {
  const { finalizers = [], namespace = "" } = member.metadata;
  const meshNamespace = member.spec.controlPlaneRef.namespace;
  const left = finalizers.filter((name) => name !== finalizer);
  const live = world.get(kinds.namespace, namespace);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return [setFinalizers(member, left)];
  const roll = world.get(kinds.memberRoll, onlyName, meshNamespace);
  const others = world
    .list(kinds.member)
    .filter((other) => other !== member && other.spec.controlPlaneRef.namespace === meshNamespace);
  const rollIsOurs =
    roll?.metadata.annotations?.[createdBy] === controllerName && (roll.spec?.members ?? []).length === 0;
  return [
    ...copied(world, member).flatMap((policy) => remove(world, policy)),
    ...patch(world, object(kinds.namespace, namespace, undefined, {}, { labels: { [memberOf]: null } })),
    ...(rollIsOurs && others.length === 0 ? remove(world, roll) : []),
    setFinalizers(member, left),
  ];
}

function copied(world: World, { metadata, spec }: Member): ReturnType<typeof world.list> {
  const mesh = spec.controlPlaneRef.namespace;
  return world
    .list(kinds.networkPolicy, metadata.namespace)
    .filter((policy) => policy.metadata.labels?.[memberOf] === mesh);
}

function makeRoll(namespace: string): Action {
  const annotations = { [createdBy]: controllerName };
  return { verb: "create", object: object(kinds.memberRoll, onlyName, namespace, { spec: {} }, { annotations }) };
}

function failed(world: World, member: Member, reason: string, message: string): Action[] {
  return status(world, member, { status: "False", reason, message });
}

function status(
  world: World,
  member: Member,
  said: { status: string; reason: string; message: string },
  rest: { meshGeneration?: number; meshReconciledVersion?: string } = {},
): Action[] {
  const { name, namespace } = member.spec.controlPlaneRef;
  const conditions = ["Reconciled", "Ready"].reduce(
    (all, type) => withCondition(all, { type, ...said }, world.now),
    [...(member.status?.conditions ?? [])],
  );
  const annotations = { controlPlaneRef: `${namespace}/${name}` };
  return writeStatus(member, {
    ...member.status,
    ...rest,
    annotations,
    conditions,
    observedGeneration: member.metadata.generation,
  });
}
