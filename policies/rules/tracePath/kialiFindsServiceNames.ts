import { allOf, equals } from "../../pack/decisions";
import { tracingOf } from "../../kiali/kialiTracing";
import { kinds } from "../../kubernetes/match";
import { reportDefects } from "../../pack/possibleDefect";
import { providerUses } from "../../mesh/providerUses";
import { stackRule } from "../../pack/rule";
import { isUsed, tracingProviders } from "../../mesh/tracingProviders";

/** The setting with which proxies call a service as OpenTelemetry has it: without its namespace. */
const semanticConventions = "OTEL_SEMANTIC_CONVENTIONS";

/** Kiali asks for `app.namespace`, which is how proxies call services unless told otherwise. */
export const kialiFindsServiceNames = stackRule(
  {
    name: "kiali-finds-service-names",
    displayName: "Kiali asks for the names that spans have",
    description: "Kiali must look for services by the names that the mesh's tracing provider gives them.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-OpenTelemetryTracingProvider",
    remediationSteps:
      "Set namespace_selector of Kiali's tracing settings to false, or leave out serviceAttributeEnrichment.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      const uses = providerUses(mesh, stack);
      for (const kiali of stack.ofKind(kinds.kiali)) {
        const selector = tracingOf(kiali).at("namespace_selector");
        const isSuffixed = selector.boolean() ?? !kiali.isPatch;
        const defects = tracingProviders(mesh).map((provider) => {
          const enrichment = provider.settings.at("serviceAttributeEnrichment");
          return {
            applies: allOf([equals(enrichment, semanticConventions), isUsed(provider, uses), isSuffixed]),
            field: selector,
            problem: `so Kiali asks for app.namespace, but ${enrichment.toString()} of ${provider.object.toString()} leaves the namespace out of services' names`,
            fix: "Set it to false.",
          };
        });
        reportDefects(kiali, defects, findings);
      }
    }
  },
);
