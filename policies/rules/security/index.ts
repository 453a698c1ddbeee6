import type { Rule } from "../../rule";
import { noPlainCredentials } from "./noPlainCredentials";
import { restrictedNamespaces } from "./restrictedNamespaces";
import { restrictedPods } from "./restrictedPods";

/** Credentials, certificates, rights and pods. */
export const securityRules: readonly Rule[] = [noPlainCredentials, restrictedPods, restrictedNamespaces];
