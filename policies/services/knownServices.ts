import { isUnknown, Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject, type Match } from "../kubernetes/match";
import { collectorServices } from "./collectorServices";
import { declaredService } from "./declaredServices";
import type { ServiceHost } from "./serviceHost";
import { serviceOf, type KnownService } from "./knownService";
import { tempoMonolithicServices, tempoStackServices } from "./tempoServices";

/** The kinds for which operators make Services. */
const makers: readonly (readonly [Match, (maker: KubernetesObject) => readonly KnownService[]])[] = [
  [kinds.tempoStack, tempoStackServices],
  [kinds.tempoMonolithic, tempoMonolithicServices],
  [kinds.collector, collectorServices],
  [kinds.jaeger, jaegerServices],
];

/** The Services that exist because of what a stack declares. */
export class KnownServices {
  /** Why there may be others. */
  readonly doubt: Unknown | undefined;
  private readonly made: readonly KnownService[];
  /** A stack may have many, so only those that are asked for are read. */
  private readonly declared: readonly KubernetesObject[];

  constructor(objects: readonly KubernetesObject[]) {
    this.declared = objects.filter((object) => object.is(kinds.service));
    const made = makers.flatMap(([match, servicesOf]) =>
      objects.filter((object) => object.is(match)).map((maker) => ({ maker, services: servicesOf(maker) })),
    );
    this.made = made.flatMap(({ services }) => services);
    const sources = [...this.declared, ...made.map(({ maker }) => maker)];
    this.doubt = sources.flatMap(({ name, namespace }) => [name, namespace]).find(isUnknown);
  }

  /** The services of a name, in any namespace unless one is given; several are one if a stack also patches it. */
  named({ name, namespace }: Pick<ServiceHost, "name"> & Partial<ServiceHost>): readonly KnownService[] {
    const declared = this.declared.filter((service) => service.name === name).flatMap(declaredService);
    const made = this.made.filter((service) => service.name === name);
    return [...declared, ...made].filter((service) => namespace === undefined || service.namespace === namespace);
  }

  /**
   * The services that were probably meant by a host name of which the stack has none: those of the same name elsewhere,
   * and those that the same operator makes in the same namespace. If there are none, the service may well be outside the
   * stack.
   */
  similarTo({ name, namespace }: ServiceHost): readonly KnownService[] {
    const operators = namedByOperators.flatMap(([pattern, matches]) => (pattern.test(name) ? matches : []));
    const siblings = this.made.filter(
      (service) => service.namespace === namespace && operators.some((match) => service.maker.is(match)),
    );
    return [...new Set([...this.named({ name }), ...siblings])];
  }
}

/** How operators name their Services: by these patterns a host shows which operator it counts on. */
const namedByOperators: readonly (readonly [RegExp, readonly Match[]])[] = [
  [/^tempo-./, [kinds.tempoStack, kinds.tempoMonolithic]],
  [/.-collector(?:-headless)?$/, [kinds.collector, kinds.jaeger]],
];

/** The Services of a Jaeger (jaeger-operator), of whose ports nothing is known here. */
function jaegerServices(jaeger: KubernetesObject): readonly KnownService[] {
  const doubt = new Unknown(() => `the ports of ${jaeger.toString()} depend on its strategy`);
  return ["collector", "query"].flatMap((suffix) => serviceOf(jaeger, (name) => `${name}-${suffix}`, [[doubt, []]]));
}
