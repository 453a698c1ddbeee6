import type { ClusterReader, Condition, KubernetesList, KubernetesObject } from "./clusterApi";
import type { Observation, Probe } from "./readiness";
import { findCondition, OperatorRefusal, ready, waitingFor } from "./readiness";
import { apiVersions } from "./versions";

interface ControlPlaneStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly readiness?: {
    readonly components?: { readonly unready?: readonly string[]; readonly pending?: readonly string[] };
  };
}

interface MemberRollStatus {
  readonly conditions?: readonly Condition[];
  readonly configuredMembers?: readonly string[];
  readonly memberStatuses?: readonly { readonly namespace: string; readonly conditions?: readonly Condition[] }[];
}

interface WithStatus<Status> extends KubernetesObject {
  readonly status?: Status;
}

/**
 * Maistra's reasons for a control plane that will not become ready unless something is mended. Its other errors
 * (ReconcileError, InstallError) it tries to get over by itself.
 * Source: maistra/istio-operator, pkg/apis/maistra/status, ConditionReason.
 */
const controlPlaneRefusals: ReadonlySet<string> = new Set([
  "ValidationError",
  "DependencyMissingError",
  "ErrMultipleSMCPs",
]);

/** The control plane has taken up its newest spec and all its components are ready. */
export function controlPlaneReady(namespace: string, name: string): Probe<void> {
  const path = objectPath(apiVersions.serviceMeshControlPlane, "servicemeshcontrolplanes", namespace, name);
  return async (cluster) => {
    const mesh = await cluster.get<WithStatus<ControlPlaneStatus>>(path);
    const status = mesh?.status;
    // First of all: Maistra notes the observed generation only when it has succeeded.
    const reconciled = findCondition(status?.conditions, "Reconciled");
    if (reconciled?.status === "False" && controlPlaneRefusals.has(reconciled.reason ?? "")) {
      throw new OperatorRefusal(`The Service Mesh operator refuses it: ${inWords(reconciled)}`);
    }
    const components = status?.readiness?.components;
    const missing = [...(components?.pending ?? []), ...(components?.unready ?? [])];
    const condition = findCondition(status?.conditions, "Ready");
    const isCurrent = (status?.observedGeneration ?? 0) >= (mesh?.metadata?.generation ?? 1);
    if (isCurrent && condition?.status === "True" && missing.length === 0) {
      return ready(undefined);
    }
    const told = reconciled?.status === "False" ? reconciled : condition;
    return waitingFor(
      missing.length > 0
        ? `the control plane's ${missing.join(", ")} (${inWords(told)})`
        : `the Service Mesh operator to take up ServiceMeshControlPlane ${name} (${inWords(told)})`,
    );
  };
}

/**
 * Maistra's reason for a namespace that another mesh has.
 * Source: maistra/istio-operator, pkg/apis/maistra/v1, ServiceMeshMemberConditionReason.
 */
const foreignMember = "MemberReferencesDifferentControlPlane";

/** The member roll has configured the namespaces, so that pods created there from now on get a sidecar. */
export function membersConfigured(namespace: string, name: string, members: readonly string[]): Probe<void> {
  const path = objectPath(apiVersions.serviceMeshMemberRoll, "servicemeshmemberrolls", namespace, name);
  return async (cluster) => {
    const status = (await cluster.get<WithStatus<MemberRollStatus>>(path))?.status;
    const missing = members.filter((member) => !status?.configuredMembers?.includes(member));
    if (missing.length === 0) {
      return ready(undefined);
    }
    const conditionsOf = (member: string) =>
      status?.memberStatuses?.find((memberStatus) => memberStatus.namespace === member)?.conditions;
    const failed = missing.flatMap((member) => {
      const condition = conditionsOf(member)?.find(({ status: value }) => value === "False");
      return condition === undefined ? [] : [{ member, condition }];
    });
    const foreign = failed.find(({ condition }) => condition.reason === foreignMember);
    if (foreign !== undefined) {
      throw new OperatorRefusal(
        `Namespace ${foreign.member} cannot join the mesh: ${inWords(foreign.condition)}. Take it out of mesh-tracing:members, or out of the other mesh.`,
      );
    }
    const told = failed[0]?.condition ?? findCondition(status?.conditions, "Ready");
    return waitingFor(`members ${missing.join(", ")} of the mesh to be configured (${inWords(told)})`);
  };
}

/** A condition as its operator puts it. */
function inWords(condition: Condition | undefined): string {
  return condition === undefined ? "no status yet" : `${condition.reason}: ${condition.message}`;
}

interface Workload extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: { readonly containers?: readonly Container[] };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

interface Container {
  readonly env?: readonly { readonly valueFrom?: { readonly secretKeyRef?: { readonly name?: string } } }[];
}

/**
 * The TempoStack is ready and every workload that tempo-operator made for it runs with the named storage Secret. The
 * second half matters after a rotation of the credentials: `Ready` alone can be from before, the operator reports no
 * observedGeneration.
 */
export function tempoStackReady(namespace: string, name: string, storageSecret: string): Probe<void> {
  const path = objectPath(apiVersions.tempo, "tempostacks", namespace, name);
  const selector = `labelSelector=${encodeURIComponent(`app.kubernetes.io/instance=${name},app.kubernetes.io/managed-by=tempo-operator`)}`;
  return async (cluster) => {
    const conditions = (await cluster.get<WithStatus<{ conditions?: Condition[] }>>(path))?.status?.conditions;
    const current = conditions?.find((condition) => condition.status === "True");
    if (current?.type === "ConfigurationError") {
      throw new OperatorRefusal(`tempo-operator refuses it: ${inWords(current)}`);
    }
    if (current?.type === "Failed") {
      // Not final: pods that were evicted, or were on a node that is gone, stay failed until somebody deletes them.
      return waitingFor(`Tempo, some pods of which failed: look at them, or delete them (${inWords(current)})`);
    }
    if (current?.type !== "Ready") {
      return waitingFor(`Tempo's components (${inWords(current)})`);
    }
    for (const kind of ["deployments", "statefulsets"]) {
      const list = await cluster.get<KubernetesList<Workload>>(
        `/apis/apps/v1/namespaces/${namespace}/${kind}?${selector}`,
      );
      for (const workload of list?.items ?? []) {
        const secrets = storageSecrets(workload);
        if (secrets.length > 0 && !secrets.includes(storageSecret)) {
          return waitingFor(`${workload.metadata?.name} to use Secret ${storageSecret}`);
        }
        if (!rolledOut(workload)) {
          return waitingFor(`the roll-out of ${workload.metadata?.name}`);
        }
      }
    }
    return ready(undefined);
  };
}

function storageSecrets(workload: Workload): string[] {
  const containers = workload.spec?.template?.spec?.containers ?? [];
  return containers.flatMap(({ env }) => (env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []));
}

function rolledOut({ metadata, spec, status }: Workload): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.readyReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) === (status?.updatedReplicas ?? 0)
  );
}

/**
 * Kiali's operator has taken up a change of its settings: the Deployment's pods carry the annotation that was part of
 * the change, and the operator has finished. `Successful` alone says nothing of that, it is true from before; the
 * annotation alone comes too early, since the operator restarts the pods once more when their settings changed.
 */
export function kialiTookUp(namespace: string, name: string, annotation: string, value: string): Probe<void> {
  const resource = objectPath(apiVersions.kiali, "kialis", namespace, name);
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  return async (cluster) => {
    const conditions = (await cluster.get<WithStatus<{ conditions?: Condition[] }>>(resource))?.status?.conditions;
    const failure = findCondition(conditions, "Failure");
    const isRunning = findCondition(conditions, "Running")?.status === "True";
    // While the operator runs again, the failure is that of its last run.
    if (failure?.status === "True" && !isRunning) {
      throw new OperatorRefusal(`The Kiali operator failed: ${inWords(failure)}`);
    }
    const workload = await cluster.get<Workload>(deployment);
    if (workload?.spec?.template?.metadata?.annotations?.[annotation] !== value) {
      return waitingFor("the Kiali operator to take up the tracing settings");
    }
    if (findCondition(conditions, "Successful")?.status !== "True") {
      return waitingFor("the Kiali operator to finish");
    }
    return rolledOut(workload) ? ready(undefined) : waitingFor(`the roll-out of Deployment ${name}`);
  };
}

interface RouteObject extends KubernetesObject {
  readonly spec?: { readonly host?: string };
  readonly status?: {
    readonly ingress?: readonly { readonly host?: string; readonly conditions?: readonly Condition[] }[];
  };
}

/** The Route has a host and a router admitted it; yields the host. */
export function routeHost(namespace: string, name: string): Probe<string> {
  const path = objectPath(apiVersions.route, "routes", namespace, name);
  return async (cluster: ClusterReader): Promise<Observation<string>> => {
    const route = await cluster.get<RouteObject>(path);
    if (route === undefined) {
      return waitingFor(`Route ${name} in ${namespace} to be made`);
    }
    const admissions = (route.status?.ingress ?? []).map((ingress) => findCondition(ingress.conditions, "Admitted"));
    const admitted = admissions.some((admission) => admission?.status === "True");
    const refused = admissions.find((admission) => admission?.status === "False");
    // Of several routers one is enough.
    if (!admitted && refused !== undefined) {
      throw new OperatorRefusal(`The router refuses Route ${name} in ${namespace}: ${inWords(refused)}`);
    }
    const host = route.spec?.host;
    if (!admitted || host === undefined || host === "") {
      return waitingFor(`the router to admit Route ${name} in ${namespace}`);
    }
    return ready(host);
  };
}

function objectPath(apiVersion: string, plural: string, namespace: string, name: string): string {
  return `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;
}
