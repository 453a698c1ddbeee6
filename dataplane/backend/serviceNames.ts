import type { HostEntry } from "../network";
import type { Deployed } from "./deployed";

/**
 * What the cluster's DNS would say in a namespace: the names of each Service that has endpoints, with their addresses. A
 * Service's own address is left out, since nothing here spreads connections from it; ports are the same on both.
 * @param namespace whose Services have short names too
 * @param apiServer where the API server is reached, which is no pod
 */
export function serviceNames(
  { services, endpointSlices }: Deployed,
  namespace: string,
  apiServer: string,
): HostEntry[] {
  const names = new Map<string, string[]>([[apiServer, namesOf("kubernetes", "default")]]);
  for (const { metadata } of services) {
    if (metadata.namespace === "default" && metadata.name === "kubernetes") continue;
    const slices = endpointSlices.filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name,
    );
    const addresses = new Set(
      slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)),
    );
    const own = metadata.namespace === namespace ? [metadata.name] : [];
    for (const address of addresses) {
      names.set(address, [...(names.get(address) ?? []), ...own, ...namesOf(metadata.name, metadata.namespace)]);
    }
  }
  return [...names].map(([address, entries]) => ({ address, names: entries }));
}

function namesOf(service: string, namespace: string): string[] {
  return [`${service}.${namespace}.svc.cluster.local`, `${service}.${namespace}.svc`, `${service}.${namespace}`];
}
