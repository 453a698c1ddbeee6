import { isUnknown, Unknown, type Decision } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { ServicePort } from "./servicePort";

/** A Kubernetes Service that the stack declares, or that an operator makes for an object of the stack. */
export interface KnownService {
  readonly name: string;
  readonly namespace: string;
  /** The Service itself, or the object that an operator makes it for. */
  readonly maker: KubernetesObject;
  readonly ports: readonly ServicePort[];
  /** Why it may have other ports, or may not be there at all. */
  readonly doubt: Unknown | undefined;
}

/** Ports that a service has if a setting of its maker says so. */
export type PortsIf = readonly [condition: Decision, ports: readonly ServicePort[]];

/**
 * A service of a maker; none if the maker has no name yet, or if a setting says that there is none.
 *
 * @param nameOf Gives the service's name by the maker's.
 */
export function serviceOf(
  maker: KubernetesObject,
  nameOf: (makerName: string) => string,
  portsIf: readonly PortsIf[],
  exists: Decision = true,
): readonly KnownService[] {
  const { name, namespace } = maker;
  if (typeof name !== "string" || isUnknown(namespace) || exists === false) {
    return [];
  }
  const isPartial = maker.isPatch
    ? [new Unknown(() => `what ${maker.toString()} does not patch is declared outside this stack`)]
    : [];
  return [
    {
      name: nameOf(name),
      namespace,
      maker,
      ports: portsIf.flatMap(([condition, ports]) => (condition === true ? ports : [])),
      doubt: [exists, ...portsIf.map(([condition]) => condition), ...isPartial].find(isUnknown),
    },
  ];
}

/** How messages call a service: by the object that it is, or that it is made for. */
export function describeService({ name, maker }: KnownService): string {
  return maker.is(kinds.service) ? maker.toString() : `Service ${name} of ${maker.toString()}`;
}
