import assert from "node:assert/strict";
import { noWideRoles } from "../../policies/rules/security/noWideRoles";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";
import { binding, groupOf, role } from "./rbac";

const on = (resources: unknown[], verbs: unknown[], more: object = {}) => ({
  apiGroups: [""],
  resources,
  verbs,
  ...more,
});
const messages = async (...resources: Resource[]) =>
  (await judge(noWideRoles, resources)).violations.map(({ message }) => message);
const team = [groupOf("team")];

describe("no-wide-roles", () => {
  it("accepts named verbs on named resources", async () => {
    assert.deepEqual(await messages(role([on(["pods", "pods/log"], ["get", "list", "create"])])), []);
    assert.deepEqual(await messages(role([{ nonResourceURLs: ["*"], verbs: ["get"] }])), []);
    assert.deepEqual(await messages(role([])), []);
  });

  const cases: readonly (readonly [rule: object, message: string])[] = [
    [
      on(["pods"], ["get", "*"]),
      'verbs[1] is "*", so its holder may do everything with these resources. List the verbs that are used.',
    ],
    [
      on(["*"], ["get"]),
      'resources[0] is "*", so it is for every resource that is there or will be. List the resources that are used.',
    ],
    [
      on(["pods"], ["get"], { apiGroups: ["apps", "*"] }),
      'apiGroups[1] is "*", so it is for every API that is there or will be. List the API groups that are used.',
    ],
    [
      on(["clusterroles"], ["escalate"]),
      'verbs[0] is "escalate", so its holder may give a role more rights than he has. Remove it.',
    ],
    [on(["clusterroles"], ["bind"]), 'verbs[0] is "bind", so its holder may bind any role to himself. Remove it.'],
    [on(["users"], ["impersonate"]), 'verbs[0] is "impersonate", so its holder may act as anybody else. Remove it.'],
    [
      on(["nodes/proxy"], ["get"]),
      'resources[0] is "nodes/proxy", so its holder may run commands in every pod, past the API server. Remove it.',
    ],
    [
      on(["serviceaccounts/token"], ["create"]),
      'resources[0] is "serviceaccounts/token", so its holder may act as any service account. Remove it.',
    ],
    [
      on(["certificatesigningrequests/approval"], ["update"]),
      'resources[0] is "certificatesigningrequests/approval", so its holder may make certificates for any user. Remove it.',
    ],
    [
      on(["configmaps", "secrets"], ["list"]),
      'resources[1] is "secrets", so its holder reads every Secret of the cluster. Name them in resourceNames, or bind the role in the namespaces that it is for.',
    ],
  ];
  for (const [rule, message] of cases) {
    it(`names ${message.split(", so")[0]}`, async () => {
      assert.deepEqual(await messages(role([on([], []), rule])), [`ClusterRole reader: rules[1].${message}`]);
    });
  }

  it("names every fault of a rule", async () => {
    assert.equal((await messages(role([on(["*"], ["*"], { apiGroups: ["*"] })]))).length, 3);
  });

  it("lets Secrets be read by name, in a namespace, or not at all", async () => {
    const reads = on(["secrets"], ["get"]);
    assert.deepEqual(await messages(role([on(["secrets"], ["get"], { resourceNames: ["tempo"] })])), []);
    assert.deepEqual(await messages(role([reads], { ns: "shop" })), []);
    assert.deepEqual(await messages(role([on(["secrets"], ["create"])])), []);
    assert.deepEqual(await messages(role([{ ...reads, apiGroups: ["apps"] }])), []);
    for (const verb of ["get", "list", "watch"]) {
      assert.equal((await messages(role([on(["secrets"], [verb])]))).length, 1, verb);
    }
    assert.equal((await messages(role([on(["secrets"], ["*"], { apiGroups: ["*"] })]))).length, 3);
  });

  it("takes a ClusterRole that is bound in namespaces only for a role of those", async () => {
    const reads = role([on(["secrets"], ["get"])]);
    assert.deepEqual(await messages(reads, binding(team, { ns: "a" }), binding(team, { ns: "b" })), []);
    assert.equal((await messages(reads, binding(team, { ns: "a" }), binding(team))).length, 1);
    assert.equal((await messages(reads, binding(team, { ns: "a", to: "other" }))).length, 1);
  });

  it("judges Roles, patches and every version", async () => {
    assert.match(
      (await messages(role([on(["*"], ["get"])], { ns: "shop" })))[0] ?? "",
      /^Role shop\/reader: rules\[0\]\.resources/,
    );
    for (const token of ["v1:ClusterRolePatch", "v1beta1:Role"]) {
      const subject = resource(`rbac.authorization.k8s.io/${token}`, {
        metadata: { name: "x" },
        rules: [on(["*"], ["get"])],
      });
      assert.equal((await messages(subject)).length, 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const rules of [unknown, [on([unknown], ["get"])], [on(["pods"], [unknown])], [{ apiGroups: unknown }]]) {
      const { violations, notes } = await judge(noWideRoles, [role(rules)]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for ClusterRole reader: .* is not known before the update\.$/);
    }
    const named = on(["secrets"], ["get"], { resourceNames: [unknown] });
    assert.deepEqual(await messages(role([named])), []);
    assert.equal((await messages(role([on(["*"], [unknown])]))).length, 1);
  });
});
