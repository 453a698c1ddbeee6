/** Stand-in for the Maistra operator's controller of ServiceMeshControlPlanes. */
import {
  kinds,
  object,
  type Condition,
  type ControlPlane,
  type ControlPlaneSpec,
  type Kiali,
  type KubeObject,
} from "../objects";
import {
  condition,
  patch,
  remove,
  setFinalizers,
  withCondition,
  writeStatus,
  type Action,
  type Controller,
  type World,
} from "../world";
import { chartKinds, stages, type Component, type InjectorEndpoint } from "./charts";
import {
  deploymentReadiness,
  hasDeployment,
  isUpdate,
  reconciled,
  starting,
  withComponents,
  withReadiness,
  type Status,
} from "./controlPlaneStatus";
import { kialiPatch, lastApplied } from "./kialiAddon";
import { mergePatch } from "./mergePatch";
import { currentVersion, finalizer, memberOf, meshGeneration, operatorName, ownedBy, reconciledVersion } from "./names";
import { appliedSpec } from "./profile";
import { aggregate, appliedSpecProblems } from "./validation";

/** Installs, updates, watches and removes meshes. @param injector where their sidecar injector answers. */
export function controlPlanes(injector: InjectorEndpoint): Controller {
  return {
    name: operatorName,
    watches: [kinds.controlPlane, kinds.namespace, ...chartKinds],
    reconcile: (world) => world.list(kinds.controlPlane).flatMap((mesh) => reconcile(world, mesh, injector)),
  };
}

function reconcile(world: World, mesh: ControlPlane, injector: InjectorEndpoint): Action[] {
  const { finalizers = [], namespace } = mesh.metadata;
  if (mesh.metadata.deletionTimestamp !== undefined) {
    return finalizers.includes(finalizer) ? cleanUp(world, mesh) : [];
  }
  if (!finalizers.includes(finalizer)) return [setFinalizers(mesh, [...finalizers, finalizer])];
  const first = world.list(kinds.controlPlane, namespace).sort(byAge)[0];
  if (first !== undefined && first.metadata.uid !== mesh.metadata.uid) {
    const message = "reconciliation skipped: error: multiple ServiceMeshControlPlane resources exist in the namespace";
    return unfinished(world, mesh, mesh.status ?? {}, { reason: "ErrMultipleSMCPs", message });
  }
  const settled = currentVersion(mesh) === reconciledVersion(mesh);
  const reconciled = condition(mesh.status?.conditions, "Reconciled").status;
  if (settled && reconciled === "True") {
    const spec = mesh.status?.appliedSpec ?? {};
    return [...writeStatus(mesh, withReadiness(world, mesh, mesh.status ?? {})), ...kialiPatch(world, mesh, spec)];
  }
  // The start of an installation or update is posted before anything is done about it.
  if (reconciled !== "False") return writeStatus(mesh, withReadiness(world, mesh, starting(world, mesh)));
  return install(world, mesh, injector);
}

function install(world: World, mesh: ControlPlane, injector: InjectorEndpoint): Action[] {
  const applied = appliedSpec(mesh.spec ?? {});
  if ("unknownProfile" in applied) {
    const message = `Error rendering helm charts: error: template cannot be loaded: ${applied.unknownProfile}`;
    return unfinished(world, mesh, mesh.status ?? {}, { reason: "ReconcileError", message });
  }
  const status: Status = { ...mesh.status, appliedSpec: applied };
  const problem = whyNotInstallable(applied);
  if (problem !== undefined) return unfinished(world, mesh, status, problem);

  const { namespace = "" } = mesh.metadata;
  const label = patch(world, object(kinds.namespace, namespace, undefined, {}, { labels: { [memberOf]: namespace } }));
  const planned = stages(world, mesh, applied, injector);
  const deployments = deploymentReadiness(world, mesh);
  const installed: Component[] = [];
  for (const stage of planned) {
    const writes = stage.flatMap(({ objects }) => objects.flatMap((item) => bringUp(world, mesh, item)));
    if (writes.length > 0) {
      const said = condition(status.conditions, "Reconciled");
      return [
        ...label,
        ...writes,
        ...unfinished(world, mesh, withComponents(status, planned, installed, world.now), said),
      ];
    }
    installed.push(...stage);
    const waiting = stage.filter((part) => hasDeployment(part) && deployments.get(part.name) !== true);
    if (waiting.length > 0) {
      const names = waiting.map(({ name }) => name).sort();
      const said = {
        reason: isUpdate(mesh) ? "PausingUpdate" : "PausingInstall",
        message: `Paused until the following components become ready: [${names.join(" ")}]`,
      };
      return [...label, ...unfinished(world, mesh, withComponents(status, planned, installed, world.now), said)];
    }
  }
  const obsolete = owned(world, mesh).filter((item) => generationOf(item) !== currentVersion(mesh));
  const finished = reconciled(mesh, withComponents(status, planned, installed, world.now), world.now);
  return [
    ...label,
    ...obsolete.flatMap((item) => remove(world, item)),
    ...writeStatus(mesh, withReadiness(world, mesh, finished)),
  ];
}

/** What it takes to have an object of a chart as this generation of the mesh wants it. */
function bringUp(world: World, mesh: ControlPlane, wanted: KubeObject): Action[] {
  const live = world.live(wanted);
  const item = wanted.kind === kinds.kiali.kind ? withLastApplied(wanted) : wanted;
  if (live === undefined) return [{ verb: "create", object: item }];
  if (generationOf(live) === currentVersion(mesh)) return [];
  if (wanted.kind === kinds.kiali.kind) return [{ verb: "patch", object: changesOfKiali(live, item) }];
  // The charts' Routes name no host, and the operator replaces such a Route rather than patch it.
  if (wanted.kind === kinds.route.kind) return remove(world, live);
  return [{ verb: "apply", object: item }];
}

/** Only what the chart renders differently than last time: all else in the resource is left alone. */
function changesOfKiali(live: Kiali, wanted: Kiali): KubeObject {
  const before: unknown = JSON.parse(live.metadata.annotations?.[lastApplied] ?? "{}");
  // The member roll's controller writes this one.
  const accessible = live.spec?.deployment?.accessible_namespaces ?? [];
  const deployment = { ...wanted.spec?.deployment, accessible_namespaces: accessible };
  const after = { ...wanted, spec: { ...wanted.spec, deployment } };
  const { apiVersion, kind, metadata } = wanted;
  const changes = (mergePatch(before, after) ?? {}) as { metadata?: object; spec?: object };
  const identity = { name: metadata.name, namespace: metadata.namespace };
  return { ...changes, apiVersion, kind, metadata: { ...changes.metadata, ...identity } };
}

function withLastApplied(wanted: KubeObject): KubeObject {
  const annotations = { ...wanted.metadata.annotations, [lastApplied]: JSON.stringify(wanted) };
  return { ...wanted, metadata: { ...wanted.metadata, annotations } };
}

/** Removes what the mesh made, and lets it go. It does not wait for Kiali's own clean-up. */
function cleanUp(world: World, mesh: ControlPlane): Action[] {
  const { finalizers = [], namespace = "" } = mesh.metadata;
  const said = { status: "False", reason: "Deleting", message: "Deleting service mesh" };
  if (condition(mesh.status?.conditions, "Reconciled").reason !== "Deleting") {
    const types = ["Reconciled", "Ready"];
    const conditions = types.reduce<Condition[]>(
      (all, type) => withCondition(all, { type, ...said }, world.now),
      [...(mesh.status?.conditions ?? [])],
    );
    return writeStatus(mesh, withReadiness(world, mesh, { ...mesh.status, conditions }));
  }
  const label = object(kinds.namespace, namespace, undefined, {}, { labels: { [memberOf]: null } });
  const left = finalizers.filter((name) => name !== finalizer);
  return [
    ...owned(world, mesh).flatMap((item) => remove(world, item)),
    ...patch(world, label),
    setFinalizers(mesh, left),
  ];
}

function owned(world: World, mesh: ControlPlane): KubeObject[] {
  const { namespace } = mesh.metadata;
  const here = (item: KubeObject): boolean =>
    item.metadata.namespace === undefined || item.metadata.namespace === namespace;
  return chartKinds.flatMap((kind) => world.list(kind).filter((item) => here(item) && ownedBy(mesh, item)));
}

function whyNotInstallable(spec: ControlPlaneSpec): { reason: string; message: string } | undefined {
  const problems = appliedSpecProblems(spec);
  if (problems.length > 0)
    return { reason: "ValidationError", message: `Spec is invalid: error: ${aggregate(problems)}` };
  if (spec.tracing?.type !== "Jaeger") return undefined;
  // The Jaeger operator is not part of this cluster.
  const missing = 'no matches for kind "Jaeger" in version "jaegertracing.io/v1"';
  return { reason: "DependencyMissingError", message: `Dependency "Jaeger CRD" is missing: error: ${missing}` };
}

/** The status of a pass that did not come to its end. */
function unfinished(
  world: World,
  mesh: ControlPlane,
  status: Status,
  { reason = "", message = "" }: { reason?: string; message?: string },
): Action[] {
  const said = { type: "Reconciled", status: "False", reason, message };
  const conditions = withCondition(status.conditions, said, world.now);
  return writeStatus(mesh, withReadiness(world, mesh, { ...status, conditions }));
}

function generationOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[meshGeneration];
}

function byAge(a: KubeObject, b: KubeObject): number {
  const created = ({ metadata }: KubeObject): number => new Date(metadata.creationTimestamp ?? 0).getTime();
  return created(a) - created(b) || a.metadata.name.localeCompare(b.metadata.name);
}
