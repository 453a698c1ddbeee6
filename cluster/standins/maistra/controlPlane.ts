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
import { kialiPatch, lastApplied } from "./kialiAddon";
import { mergePatch } from "./mergePatch";
import {
  currentVersion,
  finalizer,
  memberOf,
  meshGeneration,
  operatorName,
  operatorVersion,
  ownedBy,
  reconciledVersion,
} from "./names";
import { appliedSpec } from "./profile";
import { deploymentReadiness } from "./readiness";
import { aggregate, appliedSpecProblems } from "./validation";

type Status = NonNullable<ControlPlane["status"]>;

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

/** The status at the start of an installation or an update. */
function starting(world: World, mesh: ControlPlane): Status {
  const { generation = 0 } = mesh.metadata;
  const { observedGeneration = 0, operatorVersion: before = "" } = mesh.status ?? {};
  const update =
    observedGeneration === generation
      ? {
          reason: "OperatorUpdated",
          message: `Updating mesh due to operator version change (${before} to ${operatorVersion})`,
        }
      : {
          reason: "SpecUpdated",
          message: `Updating mesh from generation ${observedGeneration} to generation ${generation}`,
        };
  const first = { reason: "ResourceCreated", message: `Installing mesh generation ${generation}` };
  const types = isUpdate(mesh) ? ["Reconciled", "Ready"] : ["Installed", "Reconciled", "Ready"];
  const said = isUpdate(mesh) ? update : first;
  const conditions = types.reduce<Condition[]>(
    (all, type) => withCondition(all, { type, status: "False", ...said }, world.now),
    [...(mesh.status?.conditions ?? [])],
  );
  return { ...mesh.status, conditions };
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

/** The status once everything of this generation is installed. */
function reconciled(mesh: ControlPlane, status: Status, now: Date): Status {
  const wasInstalled = condition(status.conditions, "Installed").status === "True";
  const installed = {
    status: "True",
    reason: "InstallSuccessful",
    message: "Successfully installed all mesh components",
  };
  const first = withCondition(status.conditions, { type: "Installed", ...installed }, now);
  const version = currentVersion(mesh);
  const said = isUpdate(mesh)
    ? {
        reason: "UpdateSuccessful",
        message: `Successfully updated from version ${reconciledVersion(mesh)} to version ${version}`,
      }
    : { reason: "InstallSuccessful", message: `Successfully installed version ${version}` };
  const conditions = withCondition(
    wasInstalled ? status.conditions : first,
    { type: "Reconciled", status: "True", ...said },
    now,
  );
  const { generation: observedGeneration } = mesh.metadata;
  return { ...status, conditions, observedGeneration, operatorVersion, chartVersion: operatorVersion };
}

/** The status with a list of the components, and which of them are installed. */
function withComponents(
  status: Status,
  planned: readonly Component[][],
  installed: readonly Component[],
  now: Date,
): Status {
  const all = planned.flat();
  const components = all.map((part) => {
    const before = status.components?.find(({ resource }) => resource === part.name)?.conditions;
    const message = "Component installed successfully";
    const done = { status: "True", reason: "InstallSuccessful", message };
    const conditions = installed.includes(part)
      ? withCondition(withCondition(before, { type: "Installed", ...done }, now), { type: "Reconciled", ...done }, now)
      : withCondition(before, { type: "Reconciled", status: "False" }, now);
    return { resource: part.name, conditions };
  });
  const alwaysReady = installed.filter((part) => !hasDeployment(part)).map(({ name }) => name);
  const annotations = { ...status.annotations, alwaysReadyComponents: alwaysReady.join(",") };
  return { ...status, components, annotations };
}

/** The status with the readiness of its components and the Ready condition that follows. */
function withReadiness(world: World, mesh: ControlPlane, status: Status): Status {
  const readiness = deploymentReadiness(world, mesh);
  const always = (status.annotations?.alwaysReadyComponents ?? "").split(",").filter((name) => name !== "");
  for (const name of always) readiness.set(name, true);
  const names = (wanted: boolean): string[] =>
    [...readiness]
      .filter(([, ready]) => ready === wanted)
      .map(([name]) => name)
      .sort();
  const all = (status.components ?? []).map(({ resource }) => resource);
  const [ready, unready] = [names(true), names(false)];
  const pending = all.filter((name) => !readiness.has(name)).sort();
  const { reason, message, status: state } = condition(status.conditions, "Reconciled");
  const said =
    state !== "True"
      ? { status: state, reason, message }
      : unready.length > 0
        ? {
            status: "False",
            reason: "ComponentsNotReady",
            message: `The following components are not fully available: [${unready.join(" ")}]`,
          }
        : { status: "True", reason: "ComponentsReady", message: "All component deployments are Available" };
  return {
    ...status,
    annotations: { ...status.annotations, readyComponentCount: `${ready.length}/${all.length}` },
    conditions: withCondition(status.conditions, { type: "Ready", ...said }, world.now),
    readiness: { components: { ready, unready, pending } },
  };
}

function isUpdate({ status }: ControlPlane): boolean {
  return (status?.observedGeneration ?? 0) !== 0;
}

function hasDeployment({ objects }: Component): boolean {
  return objects.some(({ kind }) => kind === kinds.deployment.kind);
}

function generationOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[meshGeneration];
}

function byAge(a: KubeObject, b: KubeObject): number {
  const created = ({ metadata }: KubeObject): number => new Date(metadata.creationTimestamp ?? 0).getTime();
  return created(a) - created(b) || a.metadata.name.localeCompare(b.metadata.name);
}
