import { isUnknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { stackRule } from "../../pack/rule";
import { describeService } from "../../services/knownService";
import { KnownServices } from "../../services/knownServices";
import { fullName, serviceOfHost, serviceOfShortName } from "../../services/serviceHost";
import { tracingProviders, type TracingProvider } from "../../mesh/tracingProviders";

/**
 * A control plane that does not find the service switches the provider off, and only its log says so. A service that has
 * nothing in common with those of the stack is taken to be somebody else's.
 */
export const providerServiceExists = stackRule(
  {
    name: "provider-service-exists",
    displayName: "Providers' services exist",
    description: "A tracing provider must name, by its full host name, a service that there is.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-ZipkinTracingProvider",
    remediationSteps:
      "Name the Service that takes the spans, that of Tempo's distributor or of the collector, by its full host name.",
  },
  (stack, findings) => {
    const services = new KnownServices(stack.objects);
    for (const provider of stack.meshes.all.flatMap(tracingProviders)) {
      const host = provider.settings.at("service").string();
      if (isUnknown(host)) {
        findings.undecided(provider.object, host);
      } else if (host !== undefined) {
        judge(host, provider, services, findings);
      }
    }
  },
);

function judge(host: string, { object, settings }: TracingProvider, services: KnownServices, findings: Findings): void {
  const field = settings.at("service");
  const short = serviceOfShortName(host);
  const [meant] = short ? services.named(short) : [];
  const service = serviceOfHost(host);
  const isThere = service !== undefined && services.named(service).length > 0;
  const similar = !service || isThere ? [] : services.similarTo(service);
  if (meant) {
    findings.violation({
      object,
      field,
      problem: `only a part of the full name of ${describeService(meant)}, so the control plane does not find it and the provider is off`,
      fix: `Set it to ${fullName(meant)}.`,
    });
  } else if ((service ?? short) && !isThere && services.doubt) {
    findings.undecided(object, services.doubt);
  } else if (similar.length > 0) {
    const intakes = similar.filter(({ ports }) => ports.some(({ takes }) => takes !== "something else"));
    const names = (intakes.length > 0 ? intakes : similar).map(fullName);
    findings.violation({
      object,
      field,
      problem: "which the stack does not have, so the control plane does not find it and the provider is off",
      fix: `Set it to ${[...new Set(names)].join(" or ")}.`,
    });
  }
}
