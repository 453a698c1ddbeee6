import type { Rule } from "../../pack/rule";
import { gatewayInProduction } from "./gatewayInProduction";
import { gatewaysTls } from "./gatewaysTls";
import { imagesPinned } from "./imagesPinned";
import { noMinioInProduction } from "./noMinioInProduction";
import { noPlainCredentials } from "./noPlainCredentials";
import { noPublishedCredentials } from "./noPublishedCredentials";
import { noSensitiveSpanTags } from "./noSensitiveSpanTags";
import { noWideBindings } from "./noWideBindings";
import { noWideRoles } from "./noWideRoles";
import { noWideScc } from "./noWideScc";
import { openshiftAssignedIds } from "./openshiftAssignedIds";
import { receiversTls } from "./receiversTls";
import { restrictedNamespaces } from "./restrictedNamespaces";
import { restrictedPods } from "./restrictedPods";
import { routesTls } from "./routesTls";
import { storageTls } from "./storageTls";
import { storeNetworkPolicy } from "./storeNetworkPolicy";
import { tenantsNotForEveryone } from "./tenantsNotForEveryone";
import { tlsVerified } from "./tlsVerified";
import { traceViewsAuthenticated } from "./traceViewsAuthenticated";

/** Credentials, access, encryption, networks, images and pods. */
export const securityRules: readonly Rule[] = [
  noPlainCredentials,
  noPublishedCredentials,
  noSensitiveSpanTags,
  tenantsNotForEveryone,
  traceViewsAuthenticated,
  gatewayInProduction,
  noWideBindings,
  noWideRoles,
  noWideScc,
  storageTls,
  receiversTls,
  routesTls,
  gatewaysTls,
  tlsVerified,
  storeNetworkPolicy,
  noMinioInProduction,
  imagesPinned,
  restrictedPods,
  openshiftAssignedIds,
  restrictedNamespaces,
];
