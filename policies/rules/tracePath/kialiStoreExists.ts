import { allOf, equals } from "../../pack/decisions";
import { isUnknown } from "../../kubernetes/fields";
import type { Defect } from "../../pack/findings";
import { queryUrl, tracingOf, type QueryUrl } from "../../kiali/kialiTracing";
import { kinds } from "../../kubernetes/match";
import { reportDefects, type PossibleDefect } from "../../pack/possibleDefect";
import { stackRule } from "../../pack/rule";
import { describeService, type KnownService } from "../../services/knownService";
import { KnownServices } from "../../services/knownServices";
import { fullName, serviceOfHost, serviceOfShortName, type ServiceHost } from "../../services/serviceHost";
import { hasGateway } from "../../tempo/gateways";

/** With a wrong URL Kiali says that it could not fetch traces, and nothing else does. */
export const kialiStoreExists = stackRule(
  {
    name: "kiali-store-exists",
    displayName: "Kiali asks a store that answers",
    description: "Kiali's tracing URL must name a service and port that there are, and that answer Kiali.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/p8s-jaeger-grafana/tracing/tempo/",
    remediationSteps:
      "Name Tempo's query-frontend and a port that it has; of a TempoStack with a gateway, name the gateway, with https.",
  },
  (stack, findings) => {
    const services = new KnownServices(stack.objects);
    for (const kiali of stack.ofKind(kinds.kiali)) {
      const target = queryUrl(tracingOf(kiali));
      if (isUnknown(target)) {
        findings.undecided(kiali, target);
      } else if (target) {
        reportDefects(kiali, possibleDefects(target, services), findings);
      }
    }
  },
  { withoutMesh: true },
);

function possibleDefects(target: QueryUrl, known: KnownServices): readonly PossibleDefect[] {
  const host = hostOf(target.url);
  if (!host) {
    return [];
  }
  const services = known.named(host);
  const [service] = services;
  if (service) {
    return [missingPort(target, services), behindGateway(target, service), withoutTls(target, service)];
  }
  const similar = known.similarTo(host);
  const answering = similar.filter(({ name }) => /-(?:query-frontend|gateway|jaegerui)$/.test(name));
  const names = new Set((answering.length > 0 ? answering : similar).map(fullName));
  return [
    {
      ...shown(target),
      applies: known.doubt ?? names.size > 0,
      problem: "a service that the stack does not have",
      fix: `Name ${[...names].join(" or ")}.`,
    },
  ];
}

/** Inside the cluster a name may leave out the domain; that of another namespace has at least the namespace. */
function hostOf({ hostname }: URL): ServiceHost | undefined {
  const short = serviceOfShortName(hostname);
  return (
    serviceOfHost(hostname) ?? (short?.namespace === undefined ? undefined : { ...short, namespace: short.namespace })
  );
}

function missingPort(target: QueryUrl, services: readonly KnownService[]): PossibleDefect {
  const { port } = target;
  const numbers = new Set(services.flatMap(({ ports }) => ports.map(({ number }) => number)));
  const [service] = services;
  const listed = [...numbers].sort((left, right) => left - right).join(", ") || "none";
  return {
    ...shown(target),
    applies: !numbers.has(port) && (services.map(({ doubt }) => doubt).find(isUnknown) ?? true),
    problem: `but ${service ? describeService(service) : "the service"} has no port ${port} (it has ${listed})`,
    fix: "Use a port that it has; 16686 is there with jaegerQuery only.",
  };
}

/** Behind a gateway the query-frontend asks its clients for certificates that only the gateway has. */
function behindGateway(target: QueryUrl, { maker, namespace, name }: KnownService): PossibleDefect {
  const gateway = fullName({ name: name.replace(/-query-frontend.*$/, "-gateway"), namespace });
  return {
    ...shown(target),
    applies: allOf([maker.is(kinds.tempoStack) && name.includes("-query-frontend"), hasGateway(maker)]),
    problem: `but ${maker.toString()} has a gateway, and ${target.url.hostname} answers nobody else`,
    fix: `Ask https://${gateway}:8080/api/traces/v1/TENANT/tempo with the token of Kiali's service account.`,
  };
}

/** In mode openshift the gateway has a serving certificate. */
function withoutTls(target: QueryUrl, { maker, name }: KnownService): PossibleDefect {
  return {
    ...shown(target),
    applies: allOf([
      maker.is(kinds.tempoStack) && name.endsWith("-gateway") && target.url.protocol === "http:",
      equals(maker.field("spec", "tenants", "mode"), "openshift"),
    ]),
    problem: "but with tenants of mode openshift the gateway takes TLS only",
    fix: "Use https.",
  };
}

/** The field to show, its value hidden if it holds a password. */
function shown({ field, url }: QueryUrl): Pick<Defect, "field" | "secret"> {
  return { field, secret: url.username !== "" || url.password !== "" };
}
