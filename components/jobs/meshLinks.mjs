// @ts-check
// The links inside the mesh: where the proxies send to, and the proxies themselves.
import { findProvider } from "./effectiveTracing.mjs";
import { broken, ok, unknown } from "./findings.mjs";
import { hasProxy, hopsOf } from "./hops.mjs";
import { clusterService, nameAndNamespace } from "./names.mjs";

/** @typedef {import("./findings.mjs").Finding} Finding */
/** @typedef {import("./meshState.mjs").MeshState} MeshState */

/**
 * The provider's Service must exist, have the port, and be in a namespace that istiod sees.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function serviceLink(state) {
  const { service: host, port } = await ingestOf(state);
  if (host === undefined) {
    return unknown("the provider names no service to send to");
  }
  const service = clusterService(host);
  if (service === undefined) {
    return unknown(`${host} is outside the cluster, where it needs a ServiceEntry in the mesh`);
  }
  const { name, namespace } = service;
  const live = await state.service(namespace, name);
  if (live === undefined) {
    return broken(
      `the provider sends to ${host}, but there is no Service ${name} in namespace ${namespace}`,
      "mend the provider's service, or create what it names",
    );
  }
  const ports = (live.spec?.ports ?? []).map((each) => each.port);
  if (port !== undefined && !ports.includes(port)) {
    return broken(
      `the provider sends to port ${port} of Service ${namespace}/${name}, which has ${ports.join(", ") || "none"}`,
      "mend the provider's port",
    );
  }
  if (!(await state.isMember(namespace))) {
    return broken(
      `Service ${namespace}/${name} is outside the mesh, so istiod does not know it and configures no tracing`,
      `add ${namespace} to the member roll (mesh-tracing:members)`,
    );
  }
  return ok(`Service ${namespace}/${name}, port ${port}, is in the mesh`);
}

/**
 * Each expected service must have pods, in the mesh, with a sidecar.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function workloadsLink(state) {
  let count = 0;
  for (const service of state.context.services) {
    const [app, namespace] = nameAndNamespace(service);
    if (!(await state.isMember(namespace))) {
      return broken(
        `namespace ${namespace} of ${service} is not in the mesh, so its pods get no sidecar`,
        `add ${namespace} to the member roll (mesh-tracing:members), then restart its pods`,
      );
    }
    const pods = await state.pods(namespace, `app=${app}`);
    if (pods.length === 0) {
      return broken(
        `no pod in namespace ${namespace} has the label app=${app}, by which the spans of ${service} are named`,
        "deploy it, or give its pods the label",
      );
    }
    const bare = pods.find((pod) => !hasProxy(pod));
    if (bare !== undefined) {
      return broken(
        `pod ${namespace}/${bare.metadata.name} has no sidecar (no container istio-proxy)`,
        'give its template the label sidecar.istio.io/inject: "true", and restart it if it is older than the membership',
      );
    }
    count += pods.length;
  }
  return ok(`all ${count} pods of ${state.context.services.join(", ")} have a sidecar`);
}

/**
 * Where the first proxy's provider sends spans to.
 *
 * @param {MeshState} state
 * @returns {Promise<{ service?: string, port?: number }>}
 */
export async function ingestOf(state) {
  // Throws where it may not be read: without it nothing is known of the provider.
  await state.meshConfig();
  const mesh = await state.tracing();
  const [entry] = await hopsOf(state, mesh);
  const { name: _, ...kinds } = findProvider(entry?.client.provider, mesh) ?? { name: "" };
  return /** @type {{ service?: string, port?: number } | undefined} */ (Object.values(kinds)[0]) ?? {};
}
