import { isUnknown } from "../../kubernetes/fields";
import { outsideProblem, urlProblem } from "../../kiali/urls";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** The settings of an external service that are URLs, and whether browsers use them. */
const urlSettings = [
  ["in_cluster_url", false],
  ["internal_url", false],
  ["health_check_url", false],
  ["url", true],
  ["external_url", true],
] as const;

/** For Prometheus, `url` is the one that Kiali itself uses. */
const services = { tracing: urlSettings, grafana: urlSettings, prometheus: [["url", false]] } as const;

/** Kiali takes any text for a URL: what is none shows as a dead link, or as a store that cannot be reached. */
export const kialiUrlsReal = resourceRule(
  {
    name: "kiali-urls-real",
    displayName: "Kiali's URLs are real",
    description: "The URLs of Kiali's external services must be ones that can be reached, not placeholders.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.external_services.tracing",
    remediationSteps:
      "Take the host from the Route of Tempo's query-frontend or gateway (its spec.host) and write https:// before it.",
  },
  [kinds.kiali],
  (kiali, findings) => {
    for (const [service, settings] of Object.entries(services)) {
      for (const [key, isForBrowsers] of settings) {
        const field = kiali.field("spec", "external_services", service, key);
        const text = field.string();
        if (isUnknown(text)) {
          findings.undecided(kiali, text);
        } else if (text) {
          const problem = urlProblem(text) ?? (isForBrowsers ? outsideProblem(text) : undefined);
          const host = isForBrowsers
            ? "https:// and the host of the service's Route"
            : "the service's URL inside the cluster";
          if (problem) {
            const fix = `Set it to ${host}, or remove it.`;
            findings.violation({ object: kiali, field, problem, fix, secret: text.includes("@") });
          }
        }
      }
    }
  },
);
