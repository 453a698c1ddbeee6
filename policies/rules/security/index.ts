import type { Rule } from "../../rule";
import { gatewayInProduction } from "./gatewayInProduction";
import { gatewaysTls } from "./gatewaysTls";
import { noMinioInProduction } from "./noMinioInProduction";
import { noPlainCredentials } from "./noPlainCredentials";
import { noWideBindings } from "./noWideBindings";
import { noWideRoles } from "./noWideRoles";
import { receiversTls } from "./receiversTls";
import { restrictedNamespaces } from "./restrictedNamespaces";
import { restrictedPods } from "./restrictedPods";
import { routesTls } from "./routesTls";
import { storageTls } from "./storageTls";
import { tenantsNotForEveryone } from "./tenantsNotForEveryone";
import { tlsVerified } from "./tlsVerified";

/** Credentials, certificates, rights and pods. */
export const securityRules: readonly Rule[] = [
  noPlainCredentials,
  tenantsNotForEveryone,
  noWideBindings,
  noWideRoles,
  gatewayInProduction,
  noMinioInProduction,
  storageTls,
  receiversTls,
  routesTls,
  gatewaysTls,
  tlsVerified,
  restrictedPods,
  restrictedNamespaces,
];
