import assert from "node:assert/strict";
import { noWideScc } from "../../policies/rules/security/noWideScc";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";
import { binding, groupOf, role } from "./rbac";

const uses = (resourceNames: unknown, more: object = {}) => ({
  apiGroups: ["security.openshift.io"],
  resources: ["securitycontextconstraints"],
  resourceNames,
  verbs: ["use"],
  ...more,
});
const messages = async (subject: Resource) =>
  (await judge(noWideScc, [subject])).violations.map(({ message }) => message);
const end =
  "which lets pods be root or reach the node. Use restricted-v2, or nonroot-v2 if the image needs its own user.";

describe("no-wide-scc", () => {
  it("names the binding to a wide constraint, and the fix", async () => {
    assert.deepEqual(await messages(binding([groupOf("a")], { to: "system:openshift:scc:anyuid", ns: "shop" })), [
      `RoleBinding shop/b: roleRef.name is "system:openshift:scc:anyuid", ${end}`,
    ]);
    for (const name of ["privileged", "hostnetwork-v2", "hostmount-anyuid"]) {
      assert.equal((await messages(binding([], { to: `system:openshift:scc:${name}` }))).length, 1, name);
    }
  });

  it("names the role that lets use one, and the fix", async () => {
    assert.deepEqual(await messages(role([uses(["nonroot-v2", "privileged"])])), [
      `ClusterRole reader: rules[0].resourceNames[1] is "privileged", ${end}`,
    ]);
    assert.equal((await messages(role([uses(["anyuid"], { verbs: ["*"] })], { ns: "shop" }))).length, 1);
  });

  it("accepts narrow constraints, a team's own, and other rights", async () => {
    for (const to of ["system:openshift:scc:restricted-v2", "system:openshift:scc:nonroot-v2", "anyuid", "view"]) {
      assert.deepEqual(await messages(binding([], { to })), [], to);
    }
    for (const rule of [
      uses(["nonroot-v2", "our-own"]),
      uses(["anyuid"], { verbs: ["get"] }),
      uses(["anyuid"], { resources: ["pods"] }),
      uses(["anyuid"], { apiGroups: ["apps"] }),
    ]) {
      assert.deepEqual(await messages(role([rule])), []);
    }
  });

  it("judges patches", async () => {
    const patch = resource("rbac.authorization.k8s.io/v1:RoleBindingPatch", {
      metadata: { name: "x" },
      roleRef: { name: "system:openshift:scc:privileged" },
    });
    assert.equal((await messages(patch)).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [binding([], { to: unknown }), role(unknown)]) {
      const { violations, notes } = await judge(noWideScc, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(noWideScc, [resource("core/v1:Pod", {})]);
    assert.equal(notApplicable, 1);
  });
});
