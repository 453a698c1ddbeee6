import { pathToFileURL } from "node:url";
import { isAbsolute } from "node:path";
import type { Rule } from "../../pack/rule";
import type { AuditResult, Finding } from "../finding";
import { packVersion } from "../pack";

const levels = { mandatory: "error", advisory: "warning", undecided: "note" } as const;

/** The scale on which code scanning sorts by severity: https://docs.github.com/en/code-security. */
const securitySeverity = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" } as const;

/** SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. */
export function asSarif({ findings, rules, remarks }: AuditResult): string {
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "mesh-tracing-audit",
            version: packVersion(),
            rules: rules.map(descriptor),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: remarks.map((text) => ({ level: "note", message: { text } })),
          },
        ],
        results: findings.map((finding) => result(finding, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function descriptor(rule: Rule): object {
  return {
    id: rule.name,
    name: rule.displayName,
    shortDescription: { text: rule.displayName },
    fullDescription: { text: rule.description },
    help: { text: rule.remediationSteps },
    helpUri: rule.url,
    defaultConfiguration: { level: rule.enforcementLevel === "advisory" ? "warning" : "error" },
    properties: { tags: rule.tags, "security-severity": securitySeverity[rule.severity] },
  };
}

function result({ rule, verdict, message, urn, file, line }: Finding, rules: readonly Rule[]): object {
  return {
    ruleId: rule.name,
    ruleIndex: rules.indexOf(rule),
    level: levels[verdict],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          ...(line !== undefined && { region: { startLine: line } }),
        },
        logicalLocations: [{ fullyQualifiedName: urn }],
      },
    ],
  };
}

/** A relative path stays relative to where the audit ran, which is what code scanning takes for the repository. */
function uriOf(file: string): string {
  const path = file.replaceAll("\\", "/");
  return isAbsolute(file) ? pathToFileURL(file).href : path.split("/").map(encodeURIComponent).join("/");
}
