import type { Rule } from "../../rule";
import { gatewayInProduction } from "./gatewayInProduction";
import { noMinioInProduction } from "./noMinioInProduction";
import { noPlainCredentials } from "./noPlainCredentials";
import { receiversTls } from "./receiversTls";
import { restrictedNamespaces } from "./restrictedNamespaces";
import { restrictedPods } from "./restrictedPods";
import { storageTls } from "./storageTls";

/** Credentials, certificates, rights and pods. */
export const securityRules: readonly Rule[] = [
  noPlainCredentials,
  gatewayInProduction,
  noMinioInProduction,
  storageTls,
  receiversTls,
  restrictedPods,
  restrictedNamespaces,
];
