import type { ControlPlane } from "./deployedMesh";

/** A rule of a role. */
const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

const read = ["get", "list", "watch"];
const keep = ["get", "list", "watch", "create", "update", "delete"];

/**
 * What istiod may read everywhere, and the authority that it publishes (istio/istio:manifests/charts/istio-control/
 * istio-discovery/templates/clusterrole.yaml and reader-clusterrole.yaml, of release 1.27, without what is switched off here).
 */
const everywhere = [
  ...["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"].map((group) =>
    rule(group, ["*"], read),
  ),
  rule("apiextensions.k8s.io", ["customresourcedefinitions"], read),
  rule("", ["pods", "nodes", "services", "namespaces", "endpoints"], read),
  rule("discovery.k8s.io", ["endpointslices"], read),
  rule("networking.k8s.io", ["ingresses", "ingressclasses"], read),
  // Which revision is the default one stands in a webhook.
  rule("admissionregistration.k8s.io", ["mutatingwebhookconfigurations"], read),
  rule("", ["configmaps"], keep),
  rule("", ["secrets"], read),
  rule("authentication.k8s.io", ["tokenreviews"], ["create"]),
  rule("authorization.k8s.io", ["subjectaccessreviews"], ["create"]),
];

/** What it keeps in its own namespace: its authority's key (role.yaml there). */
const inItsNamespace = [rule("", ["secrets"], keep)];

/**
 * Rights for the ServiceAccount of the deployed istiod. Maistra's istiod has them in each member's namespace; upstream's
 * watches the whole cluster and is limited by its settings alone.
 */
export function istiodRights({ metadata: { name, namespace } }: ControlPlane): object[] {
  const account = istiodAccount(name);
  const subjects = [{ kind: "ServiceAccount", name: account, namespace }];
  const apiGroup = "rbac.authorization.k8s.io";
  const role = (kind: string, metadata: object, rules: object[]) => ({
    apiVersion: `${apiGroup}/v1`,
    kind,
    metadata,
    rules,
  });
  const binding = (kind: string, metadata: { name: string }) => ({
    apiVersion: `${apiGroup}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup, kind, name: metadata.name },
    subjects,
  });
  const cluster = { name: `${account}-${namespace}` };
  const own = { name: account, namespace };
  return [
    role("ClusterRole", cluster, everywhere),
    binding("ClusterRole", cluster),
    role("Role", own, inItsNamespace),
    binding("Role", own),
  ];
}

/** ServiceAccount of the istiod of a mesh. */
export const istiodAccount = (mesh: string) => `istiod-${mesh}-service-account`;
