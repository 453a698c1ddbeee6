import type { Rule } from "../../rule";
import { gatewayInProduction } from "./gatewayInProduction";
import { noMinioInProduction } from "./noMinioInProduction";
import { noPlainCredentials } from "./noPlainCredentials";
import { restrictedNamespaces } from "./restrictedNamespaces";
import { restrictedPods } from "./restrictedPods";

/** Credentials, certificates, rights and pods. */
export const securityRules: readonly Rule[] = [
  noPlainCredentials,
  gatewayInProduction,
  noMinioInProduction,
  restrictedPods,
  restrictedNamespaces,
];
