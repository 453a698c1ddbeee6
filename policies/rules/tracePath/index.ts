import type { Rule } from "../../rule";
import { providerPortTakesSpans } from "./providerPortTakesSpans";
import { providerServiceExists } from "./providerServiceExists";

/** How a span gets from a proxy through the provider's Service and the store into Kiali. */
export const tracePathRules: readonly Rule[] = [providerServiceExists, providerPortTakesSpans];
