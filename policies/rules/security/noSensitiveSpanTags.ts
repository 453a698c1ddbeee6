import { isCredentialName } from "../../credentials/credentials";
import { resourceRule } from "../../pack/rule";
import { spanTags, taggingKinds } from "../../mesh/spanTags";

/** Request headers that let their reader act as the user, beside those whose names promise a credential. */
const sensitive: ReadonlySet<string> = new Set([
  "authentication-info",
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "www-authenticate",
  "x-forwarded-client-cert",
  "x-goog-iap-jwt-assertion",
  "x-jwt-assertion",
  "x-session-id",
]);

/** Spans are kept for days and read by many; a token in one of them works as long as it is valid. */
export const noSensitiveSpanTags = resourceRule(
  {
    name: "no-sensitive-span-tags",
    displayName: "No credentials in span tags",
    description: "A proxy must not write headers or variables that hold credentials into its spans.",
    enforcementLevel: "mandatory",
    severity: "critical",
    tags: ["security", "credentials"],
    url: "https://istio.io/latest/docs/reference/config/telemetry/#Tracing-CustomTag",
    remediationSteps: "Remove the tag. To tell users apart, tag a header that names them and proves nothing.",
    configSchema: {
      properties: {
        headers: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Further request headers that must not be in spans.",
          default: [],
        },
        allowed: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Request headers that may be in spans although their names look like credentials.",
          default: [],
        },
      },
    },
  },
  taggingKinds,
  (object, findings, config) => {
    const lower = (key: string): ReadonlySet<string> =>
      new Set(((config[key] ?? []) as readonly string[]).map((name) => name.toLowerCase()));
    const [more, allowed] = [lower("headers"), lower("allowed")];
    const isSensitive = (header: string): boolean => {
      const name = header.toLowerCase();
      return !allowed.has(name) && (sensitive.has(name) || more.has(name) || isCredentialName(name));
    };
    const { tags, doubts } = spanTags(object);
    doubts.forEach((because) => findings.undecided(object, because));
    for (const { field, headers, variables, isText } of tags) {
      const header = headers.find(isSensitive);
      const variable = variables.find(isCredentialName);
      const what = header === undefined ? variable && `variable ${variable}` : `header ${header}`;
      if (what !== undefined) {
        findings.violation({
          object,
          field,
          problem: `so every span has the ${what} in it, and who reads traces may use it`,
          fix: "Remove the tag.",
          secret: isText,
        });
      }
    }
  },
);
