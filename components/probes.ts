import type { ClusterReader, Condition, KubernetesList, KubernetesObject } from "./clusterApi";
import type { Observation, Probe } from "./readiness";
import { findCondition, OperatorRefusal, ready, waitingFor } from "./readiness";
import { apiVersions } from "./versions";

interface MaistraStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly readiness?: {
    readonly components?: { readonly unready?: readonly string[]; readonly pending?: readonly string[] };
  };
  readonly configuredMembers?: readonly string[];
  readonly pendingMembers?: readonly string[];
}

interface WithStatus<Status> extends KubernetesObject {
  readonly status?: Status;
}

/**
 * Maistra's reasons for a control plane that will not become ready unless something is mended.
 * Source: maistra/istio-operator, pkg/apis/maistra/status, ConditionReason.
 */
const controlPlaneRefusals: ReadonlySet<string> = new Set([
  "ValidationError",
  "DependencyMissingError",
  "ErrMultipleSMCPs",
  "ReconcileError",
  "InstallError",
  "UpdateError",
]);

/** The control plane has taken up its newest spec and all its components are ready. */
export function controlPlaneReady(namespace: string, name: string): Probe<void> {
  const path = objectPath(apiVersions.serviceMeshControlPlane, "servicemeshcontrolplanes", namespace, name);
  return async (cluster) => {
    const mesh = await cluster.get<WithStatus<MaistraStatus>>(path);
    const status = mesh?.status;
    if (status?.observedGeneration === undefined || status.observedGeneration < (mesh?.metadata?.generation ?? 0)) {
      return waitingFor(`the Service Mesh operator to take up ServiceMeshControlPlane ${name}`);
    }
    const reconciled = findCondition(status.conditions, "Reconciled");
    if (reconciled?.status === "False" && controlPlaneRefusals.has(reconciled.reason ?? "")) {
      throw new OperatorRefusal(`The Service Mesh operator refuses it: ${reconciled.reason}: ${reconciled.message}`);
    }
    const condition = findCondition(status.conditions, "Ready");
    const missing = [
      ...(status.readiness?.components?.pending ?? []),
      ...(status.readiness?.components?.unready ?? []),
    ];
    if (condition?.status === "True" && missing.length === 0) {
      return ready(undefined);
    }
    return waitingFor(
      `the control plane's ${missing.join(", ") || "components"} (${condition?.message ?? "no status yet"})`,
    );
  };
}

/** The member roll has configured the namespace, so that pods created from now on get a sidecar. */
export function memberConfigured(namespace: string, name: string, member: string): Probe<void> {
  const path = objectPath(apiVersions.serviceMeshMemberRoll, "servicemeshmemberrolls", namespace, name);
  return async (cluster) => {
    const roll = await cluster.get<WithStatus<MaistraStatus>>(path);
    if (roll?.status?.configuredMembers?.includes(member)) {
      return ready(undefined);
    }
    const condition = findCondition(roll?.status?.conditions, "Ready");
    return waitingFor(`member ${member} of the mesh to be configured (${condition?.message ?? "no status yet"})`);
  };
}

/** tempo-operator's conditions for a store that stays broken until its spec or its secret changes. */
const tempoRefusals = ["ConfigurationError", "Failed"];

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
    if (current !== undefined && tempoRefusals.includes(current.type)) {
      throw new OperatorRefusal(`tempo-operator refuses it: ${current.type}: ${current.reason}: ${current.message}`);
    }
    if (current?.type !== "Ready") {
      return waitingFor(`Tempo's components (${current?.message ?? "no status yet"})`);
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
 * the change. `Successful` on the Kiali resource says nothing of that, it is true from before.
 */
export function kialiTookUp(namespace: string, name: string, annotation: string, value: string): Probe<void> {
  const resource = objectPath(apiVersions.kiali, "kialis", namespace, name);
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  return async (cluster) => {
    const conditions = (await cluster.get<WithStatus<{ conditions?: Condition[] }>>(resource))?.status?.conditions;
    const failure = findCondition(conditions, "Failure");
    if (failure?.status === "True") {
      throw new OperatorRefusal(`The Kiali operator failed: ${failure.reason}: ${failure.message}`);
    }
    const workload = await cluster.get<Workload>(deployment);
    if (workload?.spec?.template?.metadata?.annotations?.[annotation] !== value) {
      return waitingFor("the Kiali operator to take up the tracing settings");
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
      throw new OperatorRefusal(
        `The router refuses Route ${name} in ${namespace}: ${refused.reason}: ${refused.message}`,
      );
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
