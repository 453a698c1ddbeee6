import type { Rule } from "../../rule";

/** Readiness, resources, ownership and what an update may lose. */
export const operationsRules: readonly Rule[] = [];
