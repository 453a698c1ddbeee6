import * as pulumi from "@pulumi/pulumi";
import type { ClusterReader, KubernetesList, KubernetesObject } from "./clusterApi";
import { ClusterApi } from "./clusterApi";
import type { StackConfig } from "./config";
import { namespacesOf, ownerLabel } from "./namespaces";
import { apiVersions, minimumServiceMeshOperator } from "./versions";

interface RequiredKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly wayOut: string;
}

const meshOperator = "install the OpenShift Service Mesh 2.5 operator (OLM package servicemeshoperator)";

/** What the cluster must serve, and what to install where it does not. */
const requiredKinds: readonly RequiredKind[] = [
  { apiVersion: apiVersions.serviceMeshControlPlane, kind: "ServiceMeshControlPlane", wayOut: meshOperator },
  { apiVersion: apiVersions.serviceMeshMemberRoll, kind: "ServiceMeshMemberRoll", wayOut: meshOperator },
  { apiVersion: apiVersions.telemetry, kind: "Telemetry", wayOut: meshOperator },
  { apiVersion: apiVersions.networking, kind: "Gateway", wayOut: meshOperator },
  { apiVersion: apiVersions.networking, kind: "VirtualService", wayOut: meshOperator },
  { apiVersion: apiVersions.networking, kind: "DestinationRule", wayOut: meshOperator },
  {
    apiVersion: apiVersions.tempo,
    kind: "TempoStack",
    wayOut: "install the Tempo operator (OLM package tempo-product)",
  },
  { apiVersion: apiVersions.kiali, kind: "Kiali", wayOut: "install the Kiali operator (OLM package kiali-ossm)" },
  {
    apiVersion: apiVersions.route,
    kind: "Route",
    wayOut: "use an OpenShift cluster, or install the Route API and a router",
  },
];

/**
 * Checks, before any resource is registered, that the stack would land where it should: the cluster is the one the
 * configuration names, is reachable, serves every kind with an operator that is new enough, and no namespace would be
 * taken over unasked. Runs in previews too: the provider's own preview of an unreachable cluster reports success.
 *
 * @returns the UID of the cluster's kube-system namespace, which identifies the cluster.
 * @throws pulumi.RunError that lists every problem with the way out.
 */
export async function checkPrerequisites(cluster: ClusterReader, config: StackConfig): Promise<string> {
  const system = await cluster.get<KubernetesObject>("/api/v1/namespaces/kube-system").catch((error: Error) => {
    throw refusal([error.message]);
  });
  const uid = system?.metadata?.uid;
  if (uid === undefined) {
    throw refusal(["the cluster has no namespace kube-system, so it cannot be told which cluster it is"]);
  }
  if (config.cluster.uid !== undefined && config.cluster.uid !== uid) {
    // Nothing else is worth reporting about a cluster that is not meant.
    throw refusal([
      `this is another cluster: its kube-system namespace has UID ${uid}, mesh-tracing:cluster.uid is ${config.cluster.uid}; switch the kubeconfig or mend the key`,
    ]);
  }
  const problems = await Promise.all([
    kindProblems(cluster),
    operatorProblems(cluster, config.cluster.operatorNamespace),
    namespaceProblems(cluster, config),
  ]).catch((error: Error) => {
    throw refusal([error.message]);
  });
  if (problems.flat().length > 0) {
    throw refusal(problems.flat());
  }
  return uid;
}

/**
 * Opens the cluster that the configuration names.
 *
 * @throws pulumi.RunError where the kubeconfig has no such context, or no usable credentials.
 */
export function openCluster(config: StackConfig): ClusterReader {
  try {
    return ClusterApi.open(config.cluster.context);
  } catch (error) {
    throw refusal([(error as Error).message]);
  }
}

function refusal(problems: readonly string[]): pulumi.RunError {
  return new pulumi.RunError(
    `The cluster does not fit stack ${pulumi.getStack()}; nothing was created or changed.\n` +
      problems.map((problem) => `  - ${problem}`).join("\n"),
  );
}

/** Asks discovery rather than for CRDs: on OpenShift Route is an aggregated API, and listing CRDs needs more rights. */
async function kindProblems(cluster: ClusterReader): Promise<string[]> {
  const groupVersions = [...new Set(requiredKinds.map(({ apiVersion }) => apiVersion))];
  const served = new Map(
    await Promise.all(
      groupVersions.map(async (groupVersion) => {
        const resources = await cluster.get<{ resources: { kind: string }[] }>(`/apis/${groupVersion}`);
        return [groupVersion, new Set(resources?.resources.map(({ kind }) => kind))] as const;
      }),
    ),
  );
  return requiredKinds
    .filter(({ apiVersion, kind }) => !served.get(apiVersion)?.has(kind))
    .map(({ apiVersion, kind, wayOut }) => `the cluster does not serve ${kind} ${apiVersion}: ${wayOut}`);
}

interface ClusterServiceVersion extends KubernetesObject {
  readonly spec?: { readonly version?: string };
  readonly status?: { readonly phase?: string };
}

async function operatorProblems(cluster: ClusterReader, namespace: string): Promise<string[]> {
  const path = `/apis/${apiVersions.clusterServiceVersion}/namespaces/${namespace}/clusterserviceversions`;
  const list = await cluster.get<KubernetesList<ClusterServiceVersion>>(path);
  const installed = (list?.items ?? []).filter(({ metadata }) => metadata?.name?.startsWith("servicemeshoperator.v"));
  const succeeded = installed.filter(({ status }) => status?.phase === "Succeeded");
  if (succeeded.length === 0) {
    const states = installed.map(({ metadata, status }) => `${metadata?.name} is ${status?.phase ?? "pending"}`);
    return [
      `no OpenShift Service Mesh operator runs in ${namespace} (${states.join(", ") || "none installed"}): ${meshOperator}, or set mesh-tracing:cluster.operatorNamespace`,
    ];
  }
  return succeeded
    .filter(({ spec }) => isOlder(spec?.version ?? "0", minimumServiceMeshOperator))
    .map(
      ({ spec }) =>
        `the OpenShift Service Mesh operator is ${spec?.version}: before ${minimumServiceMeshOperator} it switches Kiali's tracing off again; update it`,
    );
}

/** Compares dotted versions by their numbers; a build suffix such as `-0` does not count. */
function isOlder(version: string, minimum: string): boolean {
  const numbers = (text: string) => text.split("-")[0]!.split(".").map(Number);
  const [found, wanted] = [numbers(version), numbers(minimum)];
  const differing = wanted.findIndex((part, index) => (found[index] ?? 0) !== part);
  return differing >= 0 && (found[differing] ?? 0) < wanted[differing]!;
}

async function namespaceProblems(cluster: ClusterReader, config: StackConfig): Promise<string[]> {
  const list = await cluster.get<KubernetesList<KubernetesObject>>("/api/v1/namespaces");
  const live = new Map((list?.items ?? []).map((namespace) => [namespace.metadata?.name, namespace.metadata]));
  return namespacesOf(config).flatMap(({ name, adopted }) => {
    const found = live.get(name);
    if (found?.deletionTimestamp !== undefined) {
      return [`namespace ${name} is being deleted: wait until it is gone`];
    }
    const owner = found?.labels?.[ownerLabel];
    if (adopted && found === undefined) {
      return [
        `namespace ${name} is to be adopted but does not exist: create it or take it out of mesh-tracing:namespaces.adopt`,
      ];
    }
    if (adopted && owner === pulumi.getStack()) {
      return [
        `namespace ${name} was created by this stack, so adopting it would delete it with all that is in it: take it out of mesh-tracing:namespaces.adopt (or, if the stack's state has let go of it, remove its label ${ownerLabel})`,
      ];
    }
    if (!adopted && found !== undefined && owner !== pulumi.getStack()) {
      return [
        `namespace ${name} exists already and ${owner === undefined ? "is not this program's" : `belongs to stack ${owner}`}: list it in mesh-tracing:namespaces.adopt to patch and keep it, or choose another name`,
      ];
    }
    return [];
  });
}
