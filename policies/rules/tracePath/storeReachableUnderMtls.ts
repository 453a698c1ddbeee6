import { clientTls, mutual } from "../../mesh/clientTls";
import { anyOf, isUnknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds } from "../../kubernetes/match";
import type { Mesh } from "../../mesh/mesh";
import { stackRule } from "../../pack/rule";
import { describeService } from "../../services/knownService";
import { KnownServices } from "../../services/knownServices";
import { serviceOfHost } from "../../services/serviceHost";
import { hasSidecar } from "../../services/sidecars";
import type { Stack } from "../../kubernetes/stack";
import { destinationOf, tracingProviders, type Destination, type TracingProvider } from "../../mesh/tracingProviders";

/** Tempo has no sidecar, and often a collector has none: it does not understand Istio's mutual TLS. */
export const storeReachableUnderMtls = stackRule(
  {
    name: "store-reachable-under-mtls",
    displayName: "Mutual TLS does not cut off the trace store",
    description:
      "Proxies must not be told to speak Istio's mutual TLS to a trace store or collector without a sidecar.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/concepts/security/#mutual-tls-authentication",
    remediationSteps:
      "Add a DestinationRule for the store's Service with tls.mode DISABLE, beside the Service, or give the store a sidecar.",
  },
  (stack, findings) => {
    const services = new KnownServices(stack.objects);
    for (const mesh of stack.meshes.all) {
      const judged = new Set<string>();
      for (const provider of tracingProviders(mesh)) {
        const destination = destinationOf(provider);
        if (isUnknown(destination)) {
          findings.undecided(provider.object, destination);
        } else if (destination && !judged.has(`${destination.host}:${destination.port}`)) {
          judged.add(`${destination.host}:${destination.port}`);
          judge(provider, destination, mesh, services, stack, findings);
        }
      }
    }
  },
);

function judge(
  { object: plane }: TracingProvider,
  { host, port }: Destination,
  mesh: Mesh,
  services: KnownServices,
  stack: Stack,
  findings: Findings,
): void {
  const service = serviceOfHost(host);
  const makers = service ? services.named(service) : [];
  const [store] = makers;
  if (!store) {
    return service && services.doubt && findings.undecided(plane, services.doubt);
  }
  const name = host.replace(/^.*\//, "");
  const rules = clientTls({ fullName: name, namespace: store.namespace, port }, mesh, stack);
  const demands = isUnknown(rules) ? rules : rules.filter(({ mode }) => mode === mutual);
  // What an operator made, and what it was made for, may both be there; either may show the sidecar.
  const sidecar = anyOf(makers.map((maker) => hasSidecar(maker, stack)));
  if (isUnknown(demands)) {
    findings.undecided(store.maker, demands);
  } else if (isUnknown(sidecar) && demands.length > 0) {
    findings.undecided(store.maker, sidecar);
  } else if (sidecar === false) {
    for (const { object, field } of demands) {
      const effect = object.is(kinds.controlPlane) ? "so a DestinationRule for all services demands mutual TLS, " : "";
      findings.violation({
        object,
        field,
        problem: `${effect}but ${describeService(store)} has no sidecar to answer it, so no span arrives`,
        fix: `Add a DestinationRule for ${name} with tls.mode DISABLE in namespace ${store.namespace}, or give it a sidecar.`,
      });
    }
  }
}
