import type { PolicyConfigJSONSchema, PolicyConfigJSONSchemaDefinition } from "@pulumi/policy/schema";
import { paragraph } from "../policies/audit/formats/text";
import { judgeObjects } from "../policies/audit/judge";
import { readManifest } from "../policies/audit/manifests";
import { packSettings } from "../policies/pack/packConfig";
import { defaultEnvironment } from "../policies/audit/usage";
import type { Rule } from "../policies/pack/rule";
import { rules } from "../policies/rules";

/**
 * What the catalogue says of a rule, as Markdown.
 *
 * @param example Kubernetes YAML that breaks the rule; its first comment says how.
 */
export async function ruleSection(rule: Rule, example: string): Promise<string> {
  const [comment, manifest] = takeComment(example);
  // Its line numbers are those of the example without its comment, as it is shown.
  const said = await printed([rule], manifest, "example.yaml");
  return [
    `### ${rule.name}`,
    `**${rule.displayName}.** ${rule.description}`,
    facts(rule),
    ...settings(rule),
    `Example: ${comment}`,
    fenced("yaml", manifest),
    "What is printed:",
    fenced("text", said),
    `Fix: ${rule.remediationSteps}`,
  ].join("\n\n");
}

function facts(rule: Rule): string {
  const { enforcementLevel, severity, framework, url } = rule;
  const looksAt = "validateStack" in rule ? "the stack as a whole" : "each object by itself";
  const source = framework && `${framework.name} ${framework.version}: ${framework.reference}`;
  return [
    `- Level: ${enforcementLevel}; severity: ${severity}; looks at ${looksAt}.`,
    ...(source ? [`- Framework: ${source}.`] : []),
    ...("remediateResource" in rule ? ["- Mends it itself at the level `remediate`."] : []),
    `- Source: <${url}>`,
  ].join("\n");
}

function settings({ configSchema }: Rule): readonly string[] {
  const rows = Object.entries(configSchema?.properties ?? {}).map(([key, schema]) => {
    const initial = schema.default === undefined ? "" : `\`${JSON.stringify(schema.default)}\``;
    return `| \`${key}\` | ${typeOf(schema)} | ${initial} | ${schema.description ?? ""} |`;
  });
  return rows.length > 0 ? [["| setting | type | default | meaning |", "|---|---|---|---|", ...rows].join("\n")] : [];
}

/** A setting's type in words: `map of number from 0 to 100`. */
function typeOf(schema: PolicyConfigJSONSchemaDefinition | undefined): string {
  if (typeof schema !== "object") {
    return "anything";
  }
  const { type, minimum, maximum, items, additionalProperties } = schema;
  if (schema.enum) {
    return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  }
  const range = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
  ];
  switch (type) {
    case "array":
      return `list of ${typeOf(items as PolicyConfigJSONSchema)}`;
    case "object":
      return `map of ${typeOf(additionalProperties)}`;
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    default:
      return [[type ?? "anything"].flat().join(" or "), ...range].join(" ");
  }
}

/** The first comment of a manifest as a sentence, and the rest. */
export function takeComment(example: string): readonly [string, string] {
  const lines = example.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const comment = lines.slice(0, end).map((line) => line.replace(/^# ?/, ""));
  return [comment.join(" "), lines.slice(end).join("\n")];
}

/**
 * What the audit prints of some rules for a manifest.
 *
 * @param file What it calls the manifest.
 */
export async function printed(subjects: readonly Rule[], manifest: string, file: string): Promise<string> {
  const { objects } = readManifest(manifest, file, defaultEnvironment);
  const findings = await judgeObjects(rules, objects, packSettings(rules, {}));
  const own = findings.filter((finding) => subjects.includes(finding.rule));
  return own.map((finding) => paragraph(finding, finding.verdict)).join("\n\n");
}

/** A text as it is, in Markdown. */
export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}
