import type { Resource } from "../../policies/kubernetes/match";
import { resource } from "./helper";

const group = "rbac.authorization.k8s.io/v1";

/** A ClusterRole, or a Role if it has a namespace, with these rules. */
export const role = (rules: unknown, { name = "reader", ns }: { name?: unknown; ns?: unknown } = {}): Resource =>
  resource(`${group}:${ns === undefined ? "ClusterRole" : "Role"}`, {
    metadata: { name, ...(ns !== undefined && { namespace: ns }) },
    rules,
  });

/** A ClusterRoleBinding, or a RoleBinding if it has a namespace, of a ClusterRole unless another kind is given. */
export const binding = (
  subjects: unknown,
  {
    name = "b",
    ns,
    to = "reader",
    kind = "ClusterRole",
  }: { name?: unknown; ns?: unknown; to?: unknown; kind?: string } = {},
): Resource =>
  resource(`${group}:${ns === undefined ? "ClusterRoleBinding" : "RoleBinding"}`, {
    metadata: { name, ...(ns !== undefined && { namespace: ns }) },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: to },
    subjects,
  });

/** A subject that is a group. */
export const groupOf = (name: unknown): Record<string, unknown> => ({ kind: "Group", name });
