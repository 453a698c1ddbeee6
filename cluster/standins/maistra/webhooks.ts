/** The Maistra operator's admission webhooks: defaults and refusals for meshes, rolls and memberships. */
import { allowed, badRequest, forbidden, type AdmissionRequest, type JsonPatch, type Webhook } from "../admission";
import { kinds, type ControlPlane, type Member, type MemberRoll } from "../objects";
import type { World } from "../world";
import { controlPlaneRefusal, memberRefusal, memberRollRefusal, supportedVersions } from "./validation";

/** What a user wants to do, for an access review. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Unset means all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
}

/** Whether the user of a request may do something; asks the API server. */
export type MayUser = (user: AdmissionRequest["userInfo"], access: Access) => Promise<boolean>;

/**
 * The webhooks by path, under the operator's own paths.
 *
 * @param view what is known of the cluster.
 * @param may the access review.
 */
export function maistraWebhooks(view: () => World, may: MayUser): Record<string, Webhook> {
  return {
    "/mutate-smcp": defaultControlPlane,
    "/validate-smcp": validateControlPlane(view),
    "/mutate-smmr": withoutControlPlaneNamespace,
    "/validate-smmr": validateMemberRoll(view, may),
    "/validate-smm": validateMember(may),
  };
}

/** Version, profiles and, in a new mesh, the switch of the deprecated automatic Routes. */
const defaultControlPlane: Webhook = ({ operation, object, oldObject }) => {
  const { spec, metadata } = object as ControlPlane;
  const old: ControlPlane | null = oldObject;
  if (metadata.deletionTimestamp !== undefined) return allowed;
  const patch: JsonPatch[] = spec === undefined ? [{ op: "add", path: "/spec", value: {} }] : [];
  const latest = supportedVersions[supportedVersions.length - 1];
  const version = operation === "CREATE" ? latest : old?.spec?.version;
  if ((spec?.version ?? "") === "" && version !== undefined) {
    patch.push({ op: "add", path: "/spec/version", value: version });
  }
  const isNew = operation === "CREATE" && [latest, undefined, ""].includes(spec?.version);
  if (isNew && spec?.gateways?.openshiftRoute?.enabled === undefined) {
    const gateways = { ...spec?.gateways, openshiftRoute: { enabled: false } };
    patch.push({ op: "add", path: "/spec/gateways", value: gateways });
  }
  if ((spec?.profiles ?? []).length === 0) patch.push({ op: "add", path: "/spec/profiles", value: ["default"] });
  return { patch };
};

function validateControlPlane(view: () => World): Webhook {
  return ({ object }) => {
    const mesh = object as ControlPlane;
    const refusal = controlPlaneRefusal(mesh, view().list(kinds.controlPlane, mesh.metadata.namespace));
    return refusal === undefined ? allowed : badRequest(refusal);
  };
}

/** The control plane's own namespace is taken off the roll without a word. */
const withoutControlPlaneNamespace: Webhook = ({ namespace, object }) => {
  const { spec, metadata } = object as MemberRoll;
  const members = spec?.members ?? [];
  if (metadata.deletionTimestamp !== undefined || !members.some((name) => name === namespace)) return allowed;
  return { patch: [{ op: "replace", path: "/spec/members", value: members.filter((name) => name !== namespace) }] };
};

function validateMemberRoll(view: () => World, may: MayUser): Webhook {
  return async ({ object, oldObject, userInfo }) => {
    const roll = object as MemberRoll;
    const { name, namespace, deletionTimestamp } = roll.metadata;
    const others = view()
      .list(kinds.memberRoll)
      .filter(({ metadata }) => metadata.name !== name || metadata.namespace !== namespace);
    const refusal = memberRollRefusal(roll, others);
    if (refusal !== undefined) return badRequest(refusal);
    const updatePods = { verb: "update", group: "", resource: "pods" };
    if (deletionTimestamp !== undefined || (await may(userInfo, updatePods))) return allowed;

    const user = userInfo.username ?? "";
    const members = roll.spec?.members ?? [];
    if (members.includes("*") || (roll.spec?.memberSelectors ?? []).length > 0) {
      return forbidden(
        "only users that are allowed to update pods at the cluster scope are allowed to use wildcards or member " +
          `selectors; user ${user} does not have that permission`,
      );
    }
    const old: MemberRoll | null = oldObject;
    const before = old?.spec?.members ?? [];
    const added = members.filter((member) => !before.includes(member));
    const verdicts = await Promise.all(added.map((member) => may(userInfo, { ...updatePods, namespace: member })));
    const rejected = added.filter((_, index) => verdicts[index] === false);
    return rejected.length === 0
      ? allowed
      : forbidden(`user '${user}' does not have permission to access namespace(s): [${rejected.join(" ")}]`);
  };
}

function validateMember(may: MayUser): Webhook {
  return async ({ object, oldObject, userInfo }) => {
    const member = object as Member;
    const refusal = memberRefusal(member, oldObject as Member | null);
    if (refusal !== undefined) return badRequest(refusal);
    if (member.metadata.deletionTimestamp !== undefined) return allowed;
    const { name, namespace } = member.spec.controlPlaneRef;
    const access = { verb: "use", group: "maistra.io", resource: "servicemeshcontrolplanes", namespace, name };
    return (await may(userInfo, access))
      ? allowed
      : forbidden(
          `user '${userInfo.username ?? ""}' does not have permission to use ServiceMeshControlPlane ${namespace}/${name}`,
        );
  };
}
