import type { Rule } from "../../rule";
import { restrictedNamespaces } from "./restrictedNamespaces";
import { restrictedPods } from "./restrictedPods";

/** Credentials, certificates, rights and pods. */
export const securityRules: readonly Rule[] = [restrictedPods, restrictedNamespaces];
