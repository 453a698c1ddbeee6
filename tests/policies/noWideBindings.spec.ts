import assert from "node:assert/strict";
import { noWideBindings } from "../../policies/rules/security/noWideBindings";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";
import { binding, groupOf, role } from "./rbac";

const messages = async (subject: Resource, config?: Record<string, unknown>) =>
  (await judge(noWideBindings, [subject], config)).violations.map(({ message }) => message);
const allow = "Or list the binding under except of policy no-wide-bindings.";
const team = [groupOf("team")];

describe("no-wide-bindings", () => {
  it("names a cluster administrator, and the fix", async () => {
    assert.deepEqual(await messages(binding(team, { to: "cluster-admin" })), [
      `ClusterRoleBinding b: roleRef.name is "cluster-admin", so its subjects may do everything in the cluster, and read every Secret. Bind a role with the rights that are needed. ${allow}`,
    ]);
    assert.deepEqual(await messages(binding(team, { to: "cluster-admin", ns: "shop" })), [
      `RoleBinding shop/b: roleRef.name is "cluster-admin", so its subjects may do everything in the namespace, and change who may do what there. Bind a role with the rights that are needed. ${allow}`,
    ]);
  });

  it("names subjects that are everyone", async () => {
    assert.deepEqual(await messages(binding([groupOf("a"), groupOf("system:authenticated")], { to: "view" })), [
      `ClusterRoleBinding b: subjects[1].name is "system:authenticated", so everybody who can log in gets the rights of role view. Name the users, groups or service accounts that need them. ${allow}`,
    ]);
    for (const subject of ["system:unauthenticated", "system:anonymous", "system:serviceaccounts", "system:masters"]) {
      assert.equal((await messages(binding([groupOf(subject)], { to: "view", ns: "x" }))).length, 1, subject);
    }
    assert.equal((await messages(binding([groupOf("system:authenticated")], { to: "cluster-admin" }))).length, 2);
    const [message] = await messages(binding([groupOf("system:masters")], { to: "view" }));
    assert.match(message ?? "", /so whoever has a certificate of that group gets the rights of role view\./);
  });

  it("accepts other roles and subjects, and what Kubernetes itself gives to everyone", async () => {
    for (const subject of ["team", "system:serviceaccounts:shop", "system:nodes"]) {
      assert.deepEqual(await messages(binding([groupOf(subject)], { to: "admin" })), []);
    }
    for (const to of ["system:discovery", "system:service-account-issuer-discovery", "system:image-puller"]) {
      assert.deepEqual(await messages(binding([groupOf("system:authenticated")], { to })), []);
    }
  });

  it("takes exceptions from its configuration", async () => {
    const wide = binding(team, { to: "cluster-admin", name: "gitops" });
    assert.deepEqual(await messages(wide, { except: ["gitops"] }), []);
    assert.equal((await messages(wide, { except: ["other"] })).length, 1);
  });

  it("judges patches and every version", async () => {
    for (const token of ["v1:ClusterRoleBindingPatch", "v1beta1:ClusterRoleBinding"]) {
      const subject = resource(`rbac.authorization.k8s.io/${token}`, {
        metadata: { name: "b" },
        roleRef: { name: "cluster-admin" },
      });
      assert.equal((await messages(subject)).length, 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      binding(team, { to: unknown }),
      binding(unknown, { to: "view" }),
      binding([groupOf(unknown)], { to: "view" }),
      binding([groupOf("system:authenticated")], { to: unknown }),
    ]) {
      const { violations, notes } = await judge(noWideBindings, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for ClusterRoleBinding b: .* is not known before the update\.$/);
    }
    assert.equal((await messages(binding(unknown, { to: "cluster-admin" }))).length, 1);
    const everyone = [groupOf("system:authenticated")];
    const withUnknownRole = await judge(noWideBindings, [role(unknown), binding(everyone)]);
    assert.deepEqual([withUnknownRole.violations.length, withUnknownRole.notes.length], [0, 1]);
    const unnamed = binding(everyone, { to: "cluster-admin", name: unknown });
    const mayBeExcepted = await judge(noWideBindings, [unnamed], { except: ["gitops"] });
    assert.deepEqual([mayBeExcepted.violations.length, mayBeExcepted.notes.length], [0, 1]);
    assert.equal((await messages(unnamed)).length, 2);
  });

  it("leaves rights on tenants to the rule on tenants", async () => {
    const rules = [{ apiGroups: ["tempo.grafana.com"], resources: ["dev"], verbs: ["get"] }];
    const reads = [role(rules), binding([groupOf("system:authenticated")])];
    assert.deepEqual((await judge(noWideBindings, reads)).violations, []);
    assert.equal(
      (await judge(noWideBindings, [role([]), binding([groupOf("system:authenticated")])])).violations.length,
      1,
    );
  });
});
