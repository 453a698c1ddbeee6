import type { PolicyConfigSchema } from "@pulumi/policy";
import { stackOf, type KubernetesObject } from "../kubernetes/match";

/** Environments that are not production, unless configured. */
const defaultNonProduction: readonly string[] = ["dev", "staging", "test"];

/** Configuration of the rules that hold in production only. An environment that is not named is production. */
export const productionSchema: PolicyConfigSchema = {
  properties: {
    nonProduction: {
      type: "array",
      items: { type: "string", minLength: 1 },
      description: "Environments, which are the stacks' names, that are not production; replaces the defaults.",
      default: [...defaultNonProduction],
    },
  },
};

/** Whether the object belongs to a production environment. */
export function isInProduction(object: KubernetesObject, config: Record<string, unknown>): boolean {
  const others = (config["nonProduction"] as readonly string[] | undefined) ?? defaultNonProduction;
  return !others.includes(stackOf(object.urn));
}
