import { hasLabels, isRunning, type Deployed, type Service } from "./deployed";
import type { HostEntry, PodRange } from "./network";

/** The API server as what runs in a namespace knows it: by name, since it listens on the host and has no pod. */
const apiServer = "kubernetes.default.svc";

/** Where the API server is reached: the host's address in the pods' network. */
export function apiServerAddress({ hostAddress }: PodRange): HostEntry {
  return { address: hostAddress, names: [apiServer] };
}

/** The API server's URL by that name. */
export function apiServerUrl(port: number): string {
  return `https://${apiServer}:${port}`;
}

/** What a kubelet puts into a container's environment; in a cluster the host is an address. */
export function apiServerEnvironment(port: number): Record<string, string> {
  return { KUBERNETES_SERVICE_HOST: apiServer, KUBERNETES_SERVICE_PORT: String(port) };
}

const clusterDomain = "cluster.local";

/** The names by which a Service is reached from a namespace, as the cluster's DNS would find them. */
function namesOf({ name, namespace }: Service["metadata"], from: string): string[] {
  const qualified = [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.${clusterDomain}`];
  return namespace === from ? [name, ...qualified] : qualified;
}

/**
 * Names with the Services' own addresses, which nothing here has: for pods whose proxy, or whose rules, lead a connection on to
 * the Service's pods.
 * @param from the pod's namespace
 * @param elsewhere addresses of Services that are reached otherwise, by `NAMESPACE/NAME`
 */
export function clusterAddresses(
  services: readonly Service[],
  from: string,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): HostEntry[] {
  return services.flatMap(({ metadata, spec }) => {
    const address = elsewhere.get(`${metadata.namespace}/${metadata.name}`) ?? spec?.clusterIP;
    // A headless Service has no address of its own.
    return address === undefined || address === "None" ? [] : [{ address, names: namesOf(metadata, from) }];
  });
}

/**
 * Names with the addresses of the Services' pods: for pods from which nothing leads a connection on. Ports must be the same on
 * both, as they are wherever this is used. Pods are found as the Services select them: where one has just been replaced,
 * EndpointSlices may still have the address that it had.
 * @param from the pod's namespace
 * @param apiServerHost where the API server is reached, which is no pod
 */
export function podAddresses({ services, pods }: Deployed, from: string, apiServerHost: string): HostEntry[] {
  const kubernetes = { name: "kubernetes", namespace: "default" };
  const names = new Map<string, string[]>([[apiServerHost, namesOf(kubernetes, from)]]);
  for (const { metadata, spec: { selector } = {} } of services) {
    if (selector === undefined) continue;
    const selected = pods.filter(
      (pod) =>
        pod.metadata.namespace === metadata.namespace && isRunning(pod) && hasLabels(pod.metadata.labels, selector),
    );
    for (const { status } of selected) {
      if (status?.podIP === undefined) continue;
      names.set(status.podIP, [...(names.get(status.podIP) ?? []), ...namesOf(metadata, from)]);
    }
  }
  return [...names].map(([address, entries]) => ({ address, names: entries }));
}
