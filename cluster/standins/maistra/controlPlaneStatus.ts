/** The status of a ServiceMeshControlPlane: conditions, components, readiness. */
import { kinds, type Condition, type ControlPlane, type Deployment } from "../objects";
import { condition, withCondition, type World } from "../world";
import type { Component } from "./charts";
import { componentLabel, currentVersion, operatorVersion, reconciledVersion } from "./names";

/** What a mesh says of itself. */
export type Status = NonNullable<ControlPlane["status"]>;

/** The status at the start of an installation or an update. */
export function starting(world: World, mesh: ControlPlane): Status {
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

/** The status once everything of this generation is installed. */
export function reconciled(mesh: ControlPlane, status: Status, now: Date): Status {
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
export function withComponents(
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
export function withReadiness(world: World, mesh: ControlPlane, status: Status): Status {
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

/** Whether the mesh was installed before. */
export function isUpdate({ status }: ControlPlane): boolean {
  return (status?.observedGeneration ?? 0) !== 0;
}

/** Whether a component's readiness is told from Deployments. */
export function hasDeployment({ objects }: Component): boolean {
  return objects.some(({ kind }) => kind === kinds.deployment.kind);
}

/** The components with Deployments, and whether all of those are available. */
export function deploymentReadiness(world: World, mesh: ControlPlane): Map<string, boolean> {
  const { namespace = "" } = mesh.metadata;
  const readiness = new Map<string, boolean>();
  for (const deployment of world.list(kinds.deployment, namespace)) {
    const labels = deployment.metadata.labels ?? {};
    const component = labels[componentLabel];
    if (labels["maistra.io/owner"] !== namespace || component === undefined) continue;
    readiness.set(component, (readiness.get(component) ?? true) && isReady(deployment));
  }
  return readiness;
}

function isReady({ metadata, status }: Deployment): boolean {
  const outdated = (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
  const short = (status?.readyReplicas ?? 0) < (status?.replicas ?? 0);
  return !outdated && !short && condition(status?.conditions, "Available").status === "True";
}
