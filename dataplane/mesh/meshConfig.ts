import type { ControlPlane } from "./deployedMesh";

/**
 * Istiod's settings beyond what the operator's stand-in writes into the mesh's own ConfigMap (`istio-NAME`: root namespace,
 * `enableTracing` from `tracing.type`, the extension providers), which istiod reads as it stands and follows.
 */

/** Name of the ConfigMap with {@link sharedMeshConfig}; istiod takes it as the basis of the mesh's own. */
export const sharedMeshConfigName = "mesh-tracing-data-plane";

/**
 * What istiod has to be told here and not in OpenShift Service Mesh.
 *
 * - `discoverySelectors`: Maistra's istiod reads the member roll and sees nothing else. Upstream's goes by labels, and the
 *   operator labels exactly the members that it has configured, and its own namespace.
 * - `defaultProviders.metrics`: metrics come from a filter of Istio's own, which upstream Envoy does not have.
 */
export function sharedMeshConfig({ metadata }: ControlPlane): object {
  return {
    discoverySelectors: [{ matchLabels: { "maistra.io/member-of": metadata.namespace } }],
    defaultProviders: { metrics: [] },
  };
}

/** What the control plane's `tracing.sampling` counts in: 10000 is every request. */
const samplingSteps = 10_000;

/** The control plane's sampling in percent, which holds where no Telemetry says otherwise; Maistra's default is all. */
export function defaultSampling({ spec }: ControlPlane): number {
  return ((spec.tracing?.sampling ?? samplingSteps) / samplingSteps) * 100;
}

/** Istiod's environment. */
export function istiodEnvironment(controlPlane: ControlPlane): Record<string, string> {
  const { name, namespace } = controlPlane.metadata;
  return {
    POD_NAME: `istiod-${name}`,
    POD_NAMESPACE: namespace,
    REVISION: name,
    CLUSTER_ID: "Kubernetes",
    // As the operator's chart hands the control plane's sampling on.
    PILOT_TRACE_SAMPLING: String(defaultSampling(controlPlane)),
    SHARED_MESH_CONFIG: sharedMeshConfigName,
    // Filters of Istio's own, which upstream Envoy does not have.
    PILOT_ENABLE_METADATA_EXCHANGE: "false",
    PILOT_ENABLE_ALPN_FILTER: "false",
    PILOT_DISABLE_MX_ALPN: "true",
    // Not in OpenShift Service Mesh 2.5, or played by a stand-in: the Gateway API, the injector, the validation.
    PILOT_ENABLE_GATEWAY_API: "false",
    INJECT_ENABLED: "false",
    VALIDATION_WEBHOOK_CONFIG_NAME: "",
    // There is no other istiod to elect a leader among.
    ENABLE_LEADER_ELECTION: "false",
  };
}
