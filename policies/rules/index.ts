import type { Rule } from "../pack/rule";
import { membershipRules } from "./membership";
import { operationsRules } from "./operations";
import { samplingRules } from "./sampling";
import { securityRules } from "./security";
import { tracePathRules } from "./tracePath";

/** The rules by group. A group is a folder here, and the tag of its rules. */
export const groups = {
  sampling: samplingRules,
  membership: membershipRules,
  "trace path": tracePathRules,
  security: securityRules,
  operations: operationsRules,
} as const satisfies Record<string, readonly Rule[]>;

/** All rules of the pack. */
export const rules: readonly Rule[] = Object.values(groups).flat();

/** The folder of a group's rules and of their examples: `trace path` stands in `tracePath`. */
export function folderOf(group: string): string {
  return group.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
}
