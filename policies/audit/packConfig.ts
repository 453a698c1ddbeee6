import type { EnforcementLevel } from "@pulumi/policy";
import { unknownKeys } from "../config";
import type { Rule } from "../rule";
import { schemaProblems } from "./configSchema";

/** What is in force for a rule. */
export interface RuleSettings {
  readonly level: EnforcementLevel;
  /** The rule's own configuration, defaults filled in. */
  readonly config: Record<string, unknown>;
}

/** A configuration that is not one for this pack; the message has every problem. */
export class PackConfigError extends Error {
  override readonly name = "PackConfigError";
}

const levels: readonly unknown[] = ["mandatory", "advisory", "remediate", "disabled"] satisfies EnforcementLevel[];

/**
 * Puts a configuration, as `--policy-pack-config` takes it, over the rules' defaults. As the engine does, but for two
 * things that the engine lets pass: a rule that does not exist and a key that a rule does not have.
 *
 * @param given The content of the JSON file.
 * @throws PackConfigError if it does not fit the rules.
 */
export function packSettings(rules: readonly Rule[], given: unknown): ReadonlyMap<string, RuleSettings> {
  if (!isFields(given)) {
    throw new PackConfigError("The configuration of the policy pack must be a JSON object: keys are rules, or all.");
  }
  const known = new Set(["all", ...rules.map(({ name }) => name)]);
  const problems = Object.entries(given).flatMap(([key, value]) =>
    known.has(key) ? shapeProblems(key, value) : [`${key} is no rule of the pack`],
  );
  const all = levelOf(given["all"]);
  const settings = new Map<string, RuleSettings>();
  for (const rule of rules) {
    const own = Object.hasOwn(given, rule.name) ? given[rule.name] : undefined;
    const { enforcementLevel: _, ...config } = isFields(own) ? own : {};
    problems.push(...configProblems(rule, config));
    const properties = Object.entries(rule.configSchema?.properties ?? {});
    const defaults = properties.flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]]));
    settings.set(rule.name, {
      level: levelOf(own) ?? all ?? rule.enforcementLevel,
      config: { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...config },
    });
  }
  if (problems.length > 0) {
    throw new PackConfigError(`The configuration of the policy pack is wrong:\n- ${problems.join("\n- ")}`);
  }
  return settings;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The level that an entry sets, as text or among the keys of a rule. */
function levelOf(entry: unknown): EnforcementLevel | undefined {
  return (isFields(entry) ? entry["enforcementLevel"] : entry) as EnforcementLevel | undefined;
}

function shapeProblems(key: string, entry: unknown): readonly string[] {
  const level = levelOf(entry);
  const isLevel = levels.includes(level) || (isFields(entry) && level === undefined);
  return isLevel ? [] : [`${key} is ${JSON.stringify(level)}, but a level is one of ${levels.join(", ")}`];
}

function configProblems({ name, configSchema }: Rule, config: Record<string, unknown>): readonly string[] {
  const keys = Object.keys(configSchema?.properties ?? {}).join(", ") || "none";
  return [
    ...unknownKeys(configSchema, config).map((key) => `${name}.${key} is not a known key; keys of this rule: ${keys}`),
    ...schemaProblems(config, { type: "object", properties: configSchema?.properties ?? {} }, name),
    ...(configSchema?.required ?? [])
      .filter((key) => !Object.hasOwn(config, key) && configSchema?.properties[key]?.default === undefined)
      .map((key) => `${name}.${key} is missing`),
  ];
}
