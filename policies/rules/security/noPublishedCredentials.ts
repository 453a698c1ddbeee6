import { isCredentialName, isPublished } from "../../credentials/credentials";
import { isUnknown, type Field } from "../../kubernetes/fields";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/**
 * Whoever reaches the store tries these first. All that a policy can say of a Secret's value: whether it was written into
 * the program or came from an encrypted output, it cannot see.
 */
export const noPublishedCredentials = resourceRule(
  {
    name: "no-published-credentials",
    displayName: "No credentials from samples",
    description: "A Secret must not hold a password or key that documentation and samples publish.",
    enforcementLevel: "mandatory",
    severity: "critical",
    tags: ["security", "credentials"],
    url: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    framework: hardeningGuide("Authentication and authorization", "Default credentials must be replaced."),
    remediationSteps: "Generate the credential (RandomPassword), or take it from the stack's encrypted configuration.",
  },
  [kinds.secret],
  (object, findings) => {
    for (const [part, decode] of [
      ["stringData", (text: string) => text],
      ["data", (text: string) => Buffer.from(text, "base64").toString()],
    ] as const) {
      const entries = object.field(part).entries();
      if (isUnknown(entries)) {
        findings.undecided(object, entries);
        continue;
      }
      for (const [key, field] of entries.filter(([name]) => isCredentialName(name))) {
        judge(key, field, decode);
      }
    }

    function judge(key: string, field: Field, decode: (text: string) => string): void {
      const value = field.string();
      if (isUnknown(value)) {
        findings.undecided(object, value);
      } else if (value !== undefined && isPublished(decode(value))) {
        findings.violation({
          object,
          field,
          problem: `a value for ${key} that documentation publishes`,
          fix: "Generate it, or take it from the stack's encrypted configuration.",
          secret: true,
        });
      }
    }
  },
);
