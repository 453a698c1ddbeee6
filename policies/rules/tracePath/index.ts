import type { Rule } from "../../rule";

/** How a span gets from a proxy through the provider's Service and the store into Kiali. */
export const tracePathRules: readonly Rule[] = [];
