import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { providerNames } from "../../mesh/telemetry";

/** Providers that Istio's default mesh configuration declares for tracing. */
const builtInProviders: ReadonlySet<string> = new Set(["stackdriver"]);

/** A Telemetry with an unknown provider is accepted by the API server, and switches tracing off without an error. */
export const telemetryProviderDeclared = stackRule(
  {
    name: "telemetry-provider-declared",
    displayName: "Telemetry's provider is declared",
    description: "A Telemetry must name a tracing provider that a mesh of the stack declares as extension provider.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/reference/config/telemetry/#ProviderRef",
    remediationSteps:
      "Name one of the mesh's meshConfig.extensionProviders in the Telemetry, or add the provider there.",
  },
  (stack, findings) => {
    for (const telemetry of stack.ofKind(kinds.telemetry)) {
      for (const { field, value: name } of providerNames(telemetry)) {
        const declared = isUnknown(name) ? name : builtInProviders.has(name) || stack.meshes.declareProvider(name);
        if (isUnknown(declared)) {
          findings.undecided(telemetry, declared);
        } else if (!declared) {
          const known = stack.meshes.all
            .flatMap((mesh) => mesh.providerNames)
            .filter((other) => typeof other === "string");
          findings.violation({
            object: telemetry,
            field,
            problem: `which no mesh of the stack declares as extension provider (declared: ${known.join(", ") || "none"})`,
            fix: "Name a declared one, or add it to meshConfig.extensionProviders of the control plane.",
          });
        }
      }
    }
  },
);
