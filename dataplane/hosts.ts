import type { Service } from "./deployed";
import type { HostEntry } from "./network";

const clusterDomain = "cluster.local";

/** The names by which a Service is reached from a namespace, as the cluster's DNS would find them. */
export function serviceNames({ metadata: { name, namespace } }: Service, from: string): string[] {
  const qualified = [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.${clusterDomain}`];
  return namespace === from ? [name, ...qualified] : qualified;
}

/**
 * What a pod of the mesh knows by name: every Service at its cluster address, which nothing here has. Its proxy catches a
 * connection to it and knows by itself where the Service's pods are.
 * @param from the pod's namespace
 * @param elsewhere addresses of Services that are reached otherwise, by `NAMESPACE/NAME`
 */
export function serviceHosts(
  services: readonly Service[],
  from: string,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): HostEntry[] {
  return services.flatMap((service) => {
    const { name, namespace } = service.metadata;
    const address = elsewhere.get(`${namespace}/${name}`) ?? service.spec.clusterIP;
    // A headless Service has no address of its own.
    if (address === undefined || address === "None") return [];
    return [{ address, names: serviceNames(service, from) }];
  });
}
