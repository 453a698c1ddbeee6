import type { EnforcementLevel } from "@pulumi/policy";
import { schemaProblems } from "./configSchema";
import type { Rule } from "./rule";

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
 * Puts a configuration, as `--policy-pack-config` takes it, over the rules' defaults and checks it. The engine does the
 * same, names aside: see `nameProblems`.
 *
 * @param given The content of the JSON file.
 * @throws PackConfigError if it does not fit the rules.
 */
export function packSettings(rules: readonly Rule[], given: unknown): ReadonlyMap<string, RuleSettings> {
  if (!isFields(given)) {
    throw new PackConfigError("The configuration of the policy pack must be a JSON object: keys are rules, or all.");
  }
  const problems = [...nameProblems(rules, given)];
  const all = levelOf(given["all"]);
  const settings = new Map<string, RuleSettings>();
  problems.push(...levelProblems("all", given["all"]));
  for (const rule of rules) {
    const own = Object.hasOwn(given, rule.name) ? given[rule.name] : undefined;
    const config = settingsOf(own);
    problems.push(...levelProblems(rule.name, own), ...settingProblems(rule, config));
    const properties = Object.entries(rule.configSchema?.properties ?? {});
    const defaults = properties.flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]]));
    settings.set(rule.name, {
      level: levelOf(own) ?? all ?? rule.enforcementLevel,
      config: { ...(Object.fromEntries(defaults) as Record<string, unknown>), ...config },
    });
  }
  if (problems.length > 0) {
    throw new PackConfigError(configError(problems));
  }
  return settings;
}

/**
 * The rules and keys of a configuration that do not exist. The engine lets them pass, so that a misspelt name would silently
 * leave the default in force.
 *
 * @param config Settings by rule; levels may be missing.
 */
export function nameProblems(rules: readonly Rule[], config: Record<string, unknown>): readonly string[] {
  return Object.entries(config).flatMap(([name, entry]) => {
    const rule = rules.find((candidate) => candidate.name === name);
    if (!rule && name !== "all") {
      return [`${name} is no rule of the pack. ${suggestion(rules, name)}`];
    }
    const known = Object.keys(rule?.configSchema?.properties ?? {});
    return Object.keys(settingsOf(entry))
      .filter((key) => !known.includes(key))
      .map(
        (key) =>
          `${name}.${key} is not a known key. Keys of ${rule ? "this rule" : "all"}: ${known.join(", ") || "none but enforcementLevel"}.`,
      );
  });
}

/** The message for everything that is wrong with a configuration. */
export function configError(problems: readonly string[]): string {
  return ["The configuration of the policy pack is wrong:", ...problems].join("\n- ");
}

/** Rules that have a word in common with a name, else all. */
function suggestion(rules: readonly Rule[], name: string): string {
  const names = rules.map((rule) => rule.name);
  const words = new Set(name.split("-").filter((word) => word.length > 2));
  const like = names.filter((other) => other.split("-").some((word) => words.has(word)));
  return like.length > 0 ? `Rules with a like name: ${like.join(", ")}.` : `Its rules: ${names.join(", ")}.`;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The level that an entry sets, as text or among the keys of a rule. */
function levelOf(entry: unknown): EnforcementLevel | undefined {
  return (isFields(entry) ? entry["enforcementLevel"] : entry) as EnforcementLevel | undefined;
}

/** What an entry sets beside the level. */
function settingsOf(entry: unknown): Record<string, unknown> {
  const { enforcementLevel: _, ...settings } = isFields(entry) ? entry : {};
  return settings;
}

function levelProblems(name: string, entry: unknown): readonly string[] {
  const level = levelOf(entry);
  const isLevel = level === undefined || levels.includes(level);
  return isLevel ? [] : [`${name} is ${JSON.stringify(level)}, but a level is one of ${levels.join(", ")}.`];
}

function settingProblems({ name, configSchema }: Rule, config: Record<string, unknown>): readonly string[] {
  return [
    ...schemaProblems(config, { type: "object", properties: configSchema?.properties ?? {} }, name),
    ...(configSchema?.required ?? [])
      .filter((key) => !Object.hasOwn(config, key) && configSchema?.properties[key]?.default === undefined)
      .map((key) => `${name}.${key} is missing.`),
  ];
}
