import { clientTls, type ClientTls } from "../../mesh/clientTls";
import { anyOf, isUnknown, type Unknown } from "../../kubernetes/fields";
import type { Violation } from "../../pack/findings";
import type { Mesh } from "../../mesh/mesh";
import { stackRule } from "../../pack/rule";
import { describeService } from "../../services/knownService";
import { KnownServices } from "../../services/knownServices";
import { serviceOfHost } from "../../services/serviceHost";
import type { Stack } from "../../kubernetes/stack";
import { destinationOf, tracingProviders, type TracingProvider } from "../../mesh/tracingProviders";

/** The modes in which proxies speak TLS that is not Istio's own. */
const ownTls: ReadonlySet<string | undefined> = new Set(["SIMPLE", "MUTUAL"]);

/** A provider has no setting for TLS: proxies speak plain text unless a DestinationRule tells them otherwise. */
export const providerTlsAgrees = stackRule(
  {
    name: "provider-tls-agrees",
    displayName: "TLS where the receiver has it, and only there",
    description: "Proxies must speak TLS to a tracing provider's port exactly if the receiver behind it takes TLS.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings",
    remediationSteps:
      "For a receiver with TLS add a DestinationRule for its host with tls.mode SIMPLE and the CA; for one without, leave the mode out.",
  },
  (stack, findings) => {
    const services = new KnownServices(stack.objects);
    for (const mesh of stack.meshes.all) {
      for (const provider of tracingProviders(mesh)) {
        const found = defectOf(provider, mesh, services, stack);
        if (isUnknown(found)) {
          findings.undecided(provider.object, found);
        } else if (found) {
          findings.violation(found);
        }
      }
    }
  },
);

function defectOf(
  provider: TracingProvider,
  mesh: Mesh,
  known: KnownServices,
  stack: Stack,
): Violation | Unknown | undefined {
  const destination = destinationOf(provider);
  if (!destination || isUnknown(destination)) {
    return destination;
  }
  const { port } = destination;
  const host = serviceOfHost(destination.host);
  const services = host ? known.named(host) : [];
  const [service] = services;
  if (!service) {
    return host && known.doubt;
  }
  // A patch of what makes the service may be what gives it a certificate.
  const answers = services.flatMap(
    ({ ports, doubt }) => ports.find(({ number }) => number === port)?.isTls ?? doubt ?? [],
  );
  if (answers.length === 0) {
    return undefined;
  }
  const isTls = anyOf(answers);
  if (isUnknown(isTls)) {
    return isTls;
  }
  const fullName = destination.host.replace(/^.*\//, "");
  const rules = clientTls({ fullName, namespace: service.namespace, port }, mesh, stack);
  if (isUnknown(rules)) {
    return rules;
  }
  const speaking = rules.find(({ mode }) => ownTls.has(mode));
  if (isTls && !speaking) {
    return {
      object: provider.object,
      field: provider.settings.at("port"),
      problem: `where ${describeService(service)} takes TLS only, but proxies send plain text, so no span arrives`,
      fix: `Add a DestinationRule for ${fullName} with tls.mode SIMPLE and the CA of its certificate.`,
    };
  }
  return !isTls && speaking ? plainReceiver(speaking, describeService(service), port) : undefined;
}

function plainReceiver({ object, field }: ClientTls, receiver: string, port: number): Violation {
  return {
    object,
    field,
    problem: `but port ${port} of ${receiver} takes no TLS, so no span arrives`,
    fix: "Remove the mode, or give the receiver a certificate.",
  };
}
