/** A Kubernetes service, as a host name means it. */
export interface ServiceHost {
  readonly name: string;
  readonly namespace: string;
}

/**
 * The service in `[namespace/]service.namespace.svc.cluster.local`, whatever the cluster's domain; undefined for a host
 * that is no Kubernetes service.
 */
export function serviceOfHost(host: string): ServiceHost | undefined {
  const [, name, namespace] = /^(?:[^/]+\/)?([^./]+)\.([^./]+)\.svc(?:\.|$)/.exec(host) ?? [];
  return name && namespace ? { name, namespace } : undefined;
}

/**
 * The service in a host name that leaves out the cluster's domain: `service`, `service.namespace` or
 * `service.namespace.svc`. Inside a pod such names work, but proxies' clusters are not called by them.
 */
export function serviceOfShortName(host: string): (Pick<ServiceHost, "name"> & Partial<ServiceHost>) | undefined {
  const [, name, namespace] = /^(?:[^/]+\/)?([^./]+)(?:\.([^./]+)(?:\.svc)?)?$/.exec(host) ?? [];
  return name ? { name, ...(namespace && { namespace }) } : undefined;
}

/** A service's full host name, in the domain that clusters have unless configured. */
export function fullName({ name, namespace }: ServiceHost): string {
  return `${name}.${namespace}.svc.cluster.local`;
}
