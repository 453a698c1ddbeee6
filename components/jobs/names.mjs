// @ts-check
// How services are named: in spans, and in settings that lead to them.

/**
 * Parts of a service as Istio's proxies name it.
 *
 * @param {string} service `<app>.<namespace>`
 * @returns {[app: string, namespace: string]}
 */
export function nameAndNamespace(service) {
  const dot = service.lastIndexOf(".");
  return [service.slice(0, dot), service.slice(dot + 1)];
}

/**
 * A Service's name and namespace out of the host that something reaches it by; undefined for a host outside the cluster.
 *
 * @param {string} host
 * @returns {{ name: string, namespace: string } | undefined}
 */
export function clusterService(host) {
  const [, name, namespace] = /^(?:[^/]+\/)?([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\..+)?)?$/.exec(host) ?? [];
  return name === undefined || namespace === undefined ? undefined : { name, namespace };
}
