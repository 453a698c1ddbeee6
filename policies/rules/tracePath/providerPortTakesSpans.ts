import { upgradesToHttp2 } from "../../mesh/destinationRules";
import { anyOf, isUnknown, type Unknown } from "../../kubernetes/fields";
import type { Violation } from "../../pack/findings";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { describeService, type KnownService } from "../../services/knownService";
import { KnownServices } from "../../services/knownServices";
import { fullName, serviceOfHost } from "../../services/serviceHost";
import { usualPort, usualPorts, type SpanProtocol } from "../../services/servicePort";
import type { Stack } from "../../kubernetes/stack";
import { destinationOf, tracingProviders, type Destination } from "../../mesh/tracingProviders";

type Defect = Pick<Violation, "problem" | "fix">;

/** Spans that are sent in another protocol than the port takes are dropped; only a proxy's own statistics tell. */
export const providerPortTakesSpans = stackRule(
  {
    name: "provider-port-takes-spans",
    displayName: "Providers send to a port that takes their spans",
    description:
      "The port of a tracing provider must exist, take the provider's protocol, and be one of gRPC to Istio too.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
    remediationSteps:
      "Send Zipkin to 9411, OTLP over gRPC to 4317 and OTLP over HTTP to 4318. Give a port for gRPC the appProtocol grpc.",
  },
  (stack, findings) => {
    const services = new KnownServices(stack.objects);
    for (const provider of stack.meshes.all.flatMap(tracingProviders)) {
      const destination = destinationOf(provider);
      const defect = isUnknown(destination) || !destination ? destination : defectOf(destination, services, stack);
      if (isUnknown(defect)) {
        findings.undecided(provider.object, defect);
      } else if (defect) {
        findings.violation({ object: provider.object, field: provider.settings.at("port"), ...defect });
      }
    }
  },
);

function defectOf(destination: Destination, known: KnownServices, stack: Stack): Defect | Unknown | undefined {
  const { port: number, sends } = destination;
  const host = serviceOfHost(destination.host);
  const services = host ? known.named(host) : [];
  const [service] = services;
  if (!host || !service) {
    return (host && known.doubt) ?? usuallyOther(destination);
  }
  const ports = services.flatMap((each) => each.ports);
  const port = ports.find((each) => each.number === number);
  if (!port) {
    const numbers = [...new Set(ports.map((each) => each.number))].sort((left, right) => left - right);
    return (
      [...services.map(({ doubt }) => doubt), known.doubt].find(isUnknown) ?? {
        problem: `which ${describeService(service)} does not have (it has ${numbers.join(", ") || "none"}), so no span arrives`,
        fix: portAdvice(sends, services),
      }
    );
  }
  if (port.takes !== undefined && port.takes !== sends) {
    const takes = port.takes === "something else" ? "no spans of proxies" : port.takes;
    return {
      problem: `where ${describeService(service)} takes ${takes}, but the provider sends ${sends}`,
      fix: portAdvice(sends, services),
    };
  }
  if (sends !== "OTLP over gRPC") {
    return undefined;
  }
  const upgrades = stack.ofKind(kinds.destinationRule).map((rule) => upgradesToHttp2(rule, fullName(host), number));
  const http2 = anyOf([port.isHttp2, ...upgrades]);
  return isUnknown(http2) ? http2 : http2 ? undefined : http1(service);
}

/** Of a service that is not known, only what its port is usually for. */
function usuallyOther({ port, sends }: Destination): Defect | undefined {
  const usual = usualPorts.get(port);
  return usual === undefined || usual === sends
    ? undefined
    : {
        problem: `the usual port of ${usual}, but the provider sends ${sends}`,
        fix: `Set it to the port that takes ${sends}, usually ${usualPort(sends)}, or use a provider that sends ${usual}.`,
      };
}

/** A port that Istio does not know for one of HTTP/2. */
function http1(service: KnownService): Defect {
  const ways = service.maker.is(kinds.service)
    ? "Set the port's appProtocol to grpc"
    : "Send to a collector whose Service has the appProtocol grpc";
  return {
    problem: `to which Istio speaks HTTP/1.1, since neither the name nor the appProtocol of that port of ${describeService(service)} says gRPC: each export fails`,
    fix: `${ways}, or set h2UpgradePolicy UPGRADE in a DestinationRule for the service.`,
  };
}

function portAdvice(sends: SpanProtocol, services: readonly KnownService[]): string {
  const port = services.flatMap(({ ports }) => ports).find(({ takes }) => takes === sends);
  if (port) {
    return `Set it to ${port.number}.`;
  }
  return services.some(({ maker }) => maker.is(kinds.tempoStack))
    ? `A TempoStack with a gateway takes OTLP alone, with a tenant and a token: send to a collector in front of it.`
    : `Send to a service that takes ${sends}.`;
}
