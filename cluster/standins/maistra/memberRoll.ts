/** Stand-in for the Maistra operator's controller of ServiceMeshMemberRolls. */
import {
  kinds,
  object,
  type Condition,
  type ControlPlane,
  type LabelSelector,
  type Member,
  type MemberRoll,
  type Namespace,
} from "../objects";
import {
  condition,
  contains,
  patch,
  remove,
  setFinalizers,
  withCondition,
  writeStatus,
  type Action,
  type Controller,
  type World,
} from "../world";
import { kialiName } from "./kialiAddon";
import { createdBy, finalizer, onlyName, operatorName, operatorNamespace, reconciledVersion } from "./names";

const controllerName = "servicemeshmemberroll-controller";

/** Makes a ServiceMeshMember in each namespace of a roll, and tells how far they are. */
export const memberRolls: Controller = {
  name: operatorName,
  watches: [kinds.memberRoll, kinds.controlPlane, kinds.member, kinds.namespace, kinds.kiali],
  reconcile: (world) => world.list(kinds.memberRoll).flatMap((roll) => reconcile(world, roll)),
};

function reconcile(world: World, roll: MemberRoll): Action[] {
  const { finalizers = [], name, namespace = "" } = roll.metadata;
  if (roll.metadata.deletionTimestamp !== undefined) return finalizers.includes(finalizer) ? cleanUp(world, roll) : [];
  if (!finalizers.includes(finalizer)) return [setFinalizers(roll, [...finalizers, finalizer])];
  if (name !== onlyName) {
    const message = `the ServiceMeshMemberRoll name is invalid; must be "${onlyName}"`;
    return writeStatus(roll, withReady(world, roll, { ready: false, reason: "ErrInvalidName", message }));
  }
  const meshes = world.list(kinds.controlPlane, namespace);
  if (meshes.length > 1) {
    const message = "Multiple ServiceMeshControlPlane resources exist in the namespace";
    return writeStatus(roll, withReady(world, roll, { ready: false, reason: "ErrMultipleSMCPs", message }));
  }
  return configure(world, roll, meshes[0]);
}

function configure(world: World, roll: MemberRoll, mesh: ControlPlane | undefined): Action[] {
  const { namespace = "" } = roll.metadata;
  const required = requiredNamespaces(world, roll);
  const members = membersOf(world, namespace);
  const made = mesh === undefined ? [] : required.flatMap((name) => makeMember(world, name, mesh));
  const left = members.filter(
    (member) => isOurs(member) && (mesh === undefined || !required.includes(member.metadata.namespace ?? "")),
  );
  const known = sorted([...required, ...members.map(({ metadata }) => metadata.namespace ?? "")], [namespace]);
  const kialis = mesh === undefined ? [] : tellKiali(world, mesh, known);
  return [
    ...made,
    ...left.flatMap((member) => remove(world, member)),
    ...kialis,
    ...writeStatus(roll, statusOf(world, roll, mesh, members, known)),
  ];
}

function statusOf(
  world: World,
  roll: MemberRoll,
  mesh: ControlPlane | undefined,
  members: readonly Member[],
  known: readonly string[],
): object {
  const namespaces = (some: readonly Member[]): string[] =>
    sorted(some.map(({ metadata }) => metadata.namespace ?? ""));
  const terminating = members.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  const configured = members.filter((member) => !terminating.includes(member) && isConfigured(member, mesh));
  const upToDate = configured.filter(
    ({ status }) => mesh !== undefined && status?.meshReconciledVersion === reconciledVersion(mesh),
  );
  const pending = sorted(known, [...namespaces(upToDate), ...namespaces(terminating)]);
  const verdict =
    mesh === undefined
      ? { ready: false, reason: "ErrSMCPMissing", message: "No ServiceMeshControlPlane exists in the namespace" }
      : pending.length > 0
        ? {
            ready: false,
            reason: "ReconcileError",
            message: `The following namespaces are not yet configured: [${pending.join(" ")}]`,
          }
        : { ready: true, reason: "Configured", message: "All namespaces have been configured successfully" };
  const kialiEnabled = mesh?.status?.appliedSpec?.addons?.kiali?.enabled === true;
  const status = withReady(world, roll, verdict);
  return {
    ...status,
    annotations: {
      ...roll.status?.annotations,
      ...(kialiEnabled && { kialiName: kialiName(mesh.status?.appliedSpec ?? {}) }),
      configuredMemberCount: `${configured.length}/${known.length}`,
    },
    meshGeneration: mesh?.status?.observedGeneration ?? 0,
    meshReconciledVersion: mesh === undefined ? "" : reconciledVersion(mesh),
    members: known,
    configuredMembers: namespaces(configured),
    pendingMembers: pending,
    terminatingMembers: namespaces(terminating),
    memberStatuses: known.map((name) => ({ namespace: name, conditions: memberConditions(world, roll, mesh, name) })),
  };
}

function memberConditions(world: World, roll: MemberRoll, mesh: ControlPlane | undefined, name: string): Condition[] {
  const before = roll.status?.memberStatuses?.find((summary) => summary.namespace === name)?.conditions ?? [];
  const member = world.get(kinds.member, onlyName, name);
  if (member !== undefined) {
    const { lastTransitionTime: _, ...reconciled } = condition(member.status?.conditions, "Reconciled");
    return withCondition(before, reconciled, world.now);
  }
  if (mesh === undefined) return [...before];
  const said = { reason: "NamespaceNotExists", message: `Namespace ${name} does not exist` };
  return isAlive(world.get(kinds.namespace, name))
    ? [...before]
    : withCondition(before, { type: "Reconciled", status: "False", ...said }, world.now);
}

/** Removes the memberships that this roll made; like the original it does not wait until they are gone. */
function cleanUp(world: World, roll: MemberRoll): Action[] {
  const { finalizers = [], namespace = "" } = roll.metadata;
  const members = membersOf(world, namespace).filter(isOurs);
  const name = roll.status?.annotations?.kialiName;
  const kiali = name === undefined ? [] : accessible(world, name, namespace, []);
  const left = finalizers.filter((other) => other !== finalizer);
  return [...members.flatMap((member) => remove(world, member)), ...kiali, setFinalizers(roll, left)];
}

function makeMember(world: World, namespace: string, mesh: ControlPlane): Action[] {
  if (world.get(kinds.member, onlyName, namespace) !== undefined) return [];
  if (!isAlive(world.get(kinds.namespace, namespace))) return [];
  const controlPlaneRef = { name: mesh.metadata.name, namespace: mesh.metadata.namespace };
  const annotations = { [createdBy]: controllerName };
  return [
    {
      verb: "create",
      object: object(kinds.member, onlyName, namespace, { spec: { controlPlaneRef } }, { annotations }),
    },
  ];
}

function tellKiali(world: World, mesh: ControlPlane, namespaces: readonly string[]): Action[] {
  const spec = mesh.status?.appliedSpec;
  if (spec?.addons?.kiali?.enabled !== true) return [];
  const clusterWide = spec.mode === "ClusterWide";
  const excluded = [`^${operatorNamespace}$`, "^kube$", "^kube-.*", "^openshift$", "^openshift-.*", "^ibm-.*"];
  const { namespace = "" } = mesh.metadata;
  return clusterWide
    ? accessible(world, kialiName(spec), namespace, ["**"], excluded)
    : accessible(world, kialiName(spec), namespace, namespaces);
}

function accessible(
  world: World,
  name: string,
  namespace: string,
  namespaces: readonly string[],
  exclude: readonly string[] = [],
): Action[] {
  const live = world.get(kinds.kiali, name, namespace)?.spec;
  const same =
    contains(sorted(live?.deployment?.accessible_namespaces ?? ["?"]), sorted(namespaces)) &&
    contains(live?.api?.namespaces?.exclude, exclude);
  const spec = { api: { namespaces: { exclude } }, deployment: { accessible_namespaces: namespaces } };
  return same ? [] : patch(world, object(kinds.kiali, name, namespace, { spec }));
}

function requiredNamespaces(world: World, { metadata, spec }: MemberRoll): string[] {
  const named = (spec?.members ?? []).filter((name) => name !== "*");
  const all = spec?.members?.includes("*") === true;
  const matched = world
    .list(kinds.namespace)
    .filter((namespace) => all || (spec?.memberSelectors ?? []).some((selector) => matches(selector, namespace)))
    .map((namespace) => namespace.metadata.name)
    .filter((name) => !/^(kube|openshift)(-|$)/.test(name));
  return sorted([...named, ...matched], [operatorNamespace, metadata.namespace ?? ""]);
}

function matches({ matchLabels = {}, matchExpressions = [] }: LabelSelector, { metadata }: Namespace): boolean {
  const labels = metadata.labels ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

function membersOf(world: World, meshNamespace: string): Member[] {
  return world.list(kinds.member).filter(({ spec }) => spec.controlPlaneRef.namespace === meshNamespace);
}

function isOurs({ metadata }: Member): boolean {
  return metadata.annotations?.[createdBy] === controllerName;
}

function isConfigured({ spec, status }: Member, mesh: ControlPlane | undefined): boolean {
  const { name, namespace } = spec.controlPlaneRef;
  const ours = mesh !== undefined && name === mesh.metadata.name && namespace === mesh.metadata.namespace;
  return ours && condition(status?.conditions, "Reconciled").status === "True";
}

function isAlive(namespace: Namespace | undefined): boolean {
  return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
}

function withReady(
  world: World,
  roll: MemberRoll,
  { ready, reason, message }: { ready: boolean; reason: string; message: string },
): object {
  const said = { type: "Ready", status: ready ? "True" : "False", reason, message };
  const conditions = withCondition(roll.status?.conditions, said, world.now);
  return { ...roll.status, conditions, observedGeneration: roll.metadata.generation };
}

function sorted(names: readonly string[], without: readonly string[] = []): string[] {
  return [...new Set(names)].filter((name) => !without.includes(name)).sort();
}
