// @ts-check
// The workloads that a request passes, and how each traces.
import { effectiveTracing } from "./effectiveTracing.mjs";
import { nameAndNamespace } from "./names.mjs";

/** @typedef {import("./meshState.mjs").MeshState} MeshState */
/** @typedef {import("./meshState.mjs").Pod} Pod */
/** @typedef {import("../tracingChain.js").Hop} Hop */
/** @typedef {import("../tracingChain.js").MeshTracing} MeshTracing */

/**
 * The ingress gateway and the expected services' workloads, one for each version. A service without pods is one too.
 *
 * @param {MeshState} state
 * @param {MeshTracing} mesh
 * @returns {Promise<Hop[]>}
 */
export async function hopsOf(state, mesh) {
  const { controlPlaneNamespace, gatewaySelector, services } = state.context;
  const gateways = await state.pods(controlPlaneNamespace, gatewaySelector);
  const workloads = await Promise.all(
    services.map(async (service) => {
      const [app, namespace] = nameAndNamespace(service);
      const versions = byVersion(await state.pods(namespace, `app=${app}`));
      const groups = versions.length > 0 ? versions : [{ labels: { app }, pods: [] }];
      return groups.map((group) => hop(group, namespace, false, mesh));
    }),
  );
  return [...byVersion(gateways).map((group) => hop(group, controlPlaneNamespace, true, mesh)), ...workloads.flat()];
}

/** @typedef {{ labels: Record<string, string>, pods: Pod[] }} Group */

/** @param {readonly Pod[]} pods @returns {Group[]} */
function byVersion(pods) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const pod of pods) {
    const labels = pod.metadata.labels ?? {};
    const key = `${labels.app} ${labels.version}`;
    const group = groups.get(key) ?? { labels, pods: [] };
    group.pods.push(pod);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** @param {Group} group @param {string} namespace @param {boolean} isGateway @param {MeshTracing} mesh @returns {Hop} */
function hop({ labels, pods }, namespace, isGateway, mesh) {
  const workload = { namespace, labels };
  const client = effectiveTracing(workload, "client", mesh);
  return {
    service: `${labels.app}.${namespace}`,
    version: labels.version ?? "",
    isGateway,
    pods: pods.length,
    injected: pods.filter(hasProxy).length,
    client,
    server: isGateway ? client : effectiveTracing(workload, "server", mesh),
  };
}

/** @param {Pod} pod */
export function hasProxy({ spec }) {
  // A native sidecar is an init container.
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name }) => name === "istio-proxy");
}
