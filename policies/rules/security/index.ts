import type { Rule } from "../../rule";

/** Credentials, certificates, rights and pods. */
export const securityRules: readonly Rule[] = [];
