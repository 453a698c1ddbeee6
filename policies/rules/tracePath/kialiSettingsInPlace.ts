import { isUnknown, type Field } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** Keys of the tracing settings that nothing else in their surroundings has. Source: kiali/kiali-operator, the CRD. */
const tracingKeys: ReadonlySet<string> = new Set([
  ...["enabled", "provider", "use_grpc", "grpc_port", "tempo_config", "health_check_url"],
  ...["internal_url", "external_url", "in_cluster_url", "url", "query_timeout", "query_scope"],
  ...["namespace_selector", "whitelist_istio_system", "custom_headers"],
]);

/** The API server drops keys that Kiali's definition does not have, and `tracing` without content means no tracing. */
export const kialiSettingsInPlace = resourceRule(
  {
    name: "kiali-settings-in-place",
    displayName: "Kiali's tracing settings in their place",
    description: "Kiali's tracing settings must stand in spec.external_services.tracing, and not beside it.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.external_services.tracing",
    remediationSteps:
      "Indent the settings so that they are below tracing, and external_services so that it is below spec.",
  },
  [kinds.kiali],
  (kiali, findings) => {
    const place = "spec.external_services";
    const refuse = (map: Field, isMisplaced: (key: string) => boolean, right: string): void => {
      const entries = map.entries();
      if (isUnknown(entries)) {
        findings.undecided(kiali, entries);
        return;
      }
      for (const [, field] of entries.filter(([key]) => isMisplaced(key))) {
        findings.violation({
          object: kiali,
          field,
          problem: "a field that Kiali does not have, so the API server drops it and it has no effect",
          fix: `Move it to ${right}: it lacks one step of indentation.`,
        });
      }
    };
    refuse(kiali.field(), (key) => key === "external_services", place);
    refuse(kiali.field("spec", "external_services"), (key) => tracingKeys.has(key), `${place}.tracing`);
  },
);
