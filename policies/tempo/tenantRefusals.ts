import { allOf, equals, isSet, not } from "../pack/decisions";
import { isUnknown, type Decision, type Field } from "../kubernetes/fields";
import type { Refusal } from "./refusal";

/**
 * What the webhook refuses of tenants. Source: grafana/tempo-operator, ValidateTenantConfigs.
 *
 * @param tenants `spec.tenants` of a TempoStack, `spec.multitenancy` of a TempoMonolithic.
 * @param gateway Whether the instance has a gateway.
 * @param isPartial Whether the object is a patch, so that what it lacks may be set elsewhere.
 */
export function tenantRefusals(tenants: Field, gateway: Decision, isPartial: boolean): readonly Refusal[] {
  const isOpenShift = equals(tenants.at("mode"), "openshift");
  const isStatic = allOf([isSet(tenants), gateway, not(isOpenShift)]);
  const authentication = tenants.at("authentication");
  const authorization = tenants.at("authorization");
  const lists = [authentication, authorization.at("roles"), authorization.at("roleBindings")];
  return [
    {
      applies: allOf([isOpenShift, not(gateway), !isPartial]),
      field: tenants.at("mode"),
      problem: "but that mode needs the gateway",
      fix: "Set template.gateway.enabled to true.",
    },
    {
      applies: allOf([isOpenShift, isSet(authorization)]),
      field: authorization,
      problem: "but in mode openshift the cluster's RBAC authorises",
      fix: "Remove it, and bind a ClusterRole for the tenants instead.",
    },
    ...oidc(authentication).map(({ field, isThere }) => ({
      applies: allOf([isOpenShift, isThere]),
      field,
      problem: "but in mode openshift the cluster authenticates",
      fix: "Remove it, and keep the tenant's name and id.",
    })),
    ...lists.map((list) => ({
      applies: allOf([isStatic, not(isSet(list)), !isPartial]),
      field: list,
      problem: "but a gateway with tenants of mode static needs it",
      fix: "Set it, or use mode openshift.",
    })),
    ...oidc(authentication).map(({ field, isThere }) => ({
      applies: allOf([isStatic, not(isThere)]),
      field,
      problem: "but each tenant of mode static needs it behind a gateway",
      fix: "Set it, or use mode openshift.",
    })),
  ];
}

/** The `oidc` of each tenant. */
function oidc(authentication: Field): readonly { readonly field: Field; readonly isThere: Decision }[] {
  const tenants = authentication.items();
  return isUnknown(tenants)
    ? [{ field: authentication, isThere: tenants }]
    : tenants.map((tenant) => ({ field: tenant.at("oidc"), isThere: isSet(tenant.at("oidc")) }));
}
