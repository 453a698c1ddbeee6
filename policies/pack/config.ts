import type { PolicyConfigSchema } from "@pulumi/policy";

/**
 * Configuration of the rules, as given with `--policy-pack-config`. Pulumi refuses values of a wrong type or range by
 * the schemas here before any rule runs, and fills in the defaults of keys that are not given.
 */

/** Highest sampling by environment, in percent, unless configured: everything while developing, little in production. */
const defaultLimits: Readonly<Record<string, number>> = { dev: 100, staging: 10, prod: 5 };

const percent = { type: "number", minimum: 0, maximum: 100 } as const;

/** Configuration of the rule on the environment's sampling limit. */
export const samplingLimitsSchema: PolicyConfigSchema = {
  properties: {
    limits: {
      type: "object",
      description: "Highest sampling in percent by environment, which is the stack's name; adds to the defaults.",
      additionalProperties: percent,
      default: defaultLimits,
    },
    otherLimit: {
      ...percent,
      description: "Highest sampling in percent of environments not in limits: as strict as prod unless configured.",
      default: defaultLimits["prod"] ?? 0,
    },
  },
};

/** The limit that applies to an environment, and the configuration key that sets it. */
export interface SamplingLimit {
  /** In percent. */
  readonly percent: number;
  readonly key: string;
}

/** The highest sampling that an environment allows. */
export function samplingLimit(config: Record<string, unknown>, environment: string): SamplingLimit {
  const limits: Record<string, unknown> = { ...defaultLimits, ...(config["limits"] as object | undefined) };
  const limit = Object.hasOwn(limits, environment) ? limits[environment] : undefined;
  return limit === undefined
    ? { percent: (config["otherLimit"] ?? defaultLimits["prod"]) as number, key: "otherLimit" }
    : { percent: limit as number, key: `limits.${environment}` };
}

/** Configuration of the rule that members exist. */
export const existingNamespacesSchema: PolicyConfigSchema = {
  properties: {
    existing: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Namespaces that exist although this stack neither creates nor adopts them.",
      default: [],
    },
  },
};

/** The namespaces that are known to exist outside the stack. */
export function existingNamespaces(config: Record<string, unknown>): readonly string[] {
  return (config["existing"] as readonly string[] | undefined) ?? [];
}
