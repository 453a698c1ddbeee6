import assert from "node:assert/strict";
import { tenantsNotForEveryone } from "../../policies/rules/security/tenantsNotForEveryone";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, unknown } from "./helper";
import { binding, groupOf, role } from "./rbac";

const traces = (verbs: unknown[], resources: unknown[] = ["dev"]) => ({
  apiGroups: ["tempo.grafana.com"],
  resources,
  resourceNames: ["traces"],
  verbs,
});
const everyone = groupOf("system:authenticated");
const reads = [role([traces(["get"])]), binding([everyone])];

const messages = async (...resources: Resource[]) =>
  (await judge(tenantsNotForEveryone, resources)).violations.map(({ message }) => message);

describe("tenants-not-for-everyone", () => {
  it("names the subject, what it may do, and the fix", async () => {
    assert.deepEqual(await messages(...reads), [
      'ClusterRoleBinding b: subjects[0].name is "system:authenticated", so everybody who can log in reads the traces of tenant dev. ' +
        "Name the users, groups or service accounts that need it.",
    ]);
  });

  it("accepts chosen subjects", async () => {
    const subjects = [
      groupOf("tracing-team"),
      { kind: "ServiceAccount", name: "kiali-service-account", namespace: "x" },
    ];
    assert.deepEqual(await messages(role([traces(["get"])]), binding(subjects)), []);
    assert.deepEqual(await messages(role([traces(["get"])]), binding([groupOf("system:serviceaccounts:otel")])), []);
  });

  for (const [subject, whoever] of [
    ["system:authenticated:oauth", "everybody who can log in"],
    ["system:serviceaccounts", "every pod of the cluster"],
    ["system:unauthenticated", "everybody, without logging in,"],
    ["system:anonymous", "everybody, without logging in,"],
  ] as const) {
    it(`knows who ${subject} is`, async () => {
      const [message] = await messages(role([traces(["get"])]), binding([groupOf("a"), groupOf(subject)]));
      assert.ok(message?.includes(`subjects[1].name is "${subject}", so ${whoever} reads the traces`), message);
    });
  }

  it("says what the role allows", async () => {
    for (const [rule, words] of [
      [traces(["create"]), "writes the traces of tenant dev"],
      [traces(["get", "create"], ["dev", "prod"]), "reads and writes the traces of tenant dev, prod"],
      [traces(["*"], ["*"]), "reads and writes the traces of every tenant"],
      [{ ...traces(["get"]), apiGroups: ["*"] }, "reads the traces of tenant dev"],
    ] as const) {
      const [message] = await messages(role([{ apiGroups: [""] }, rule]), binding([everyone]));
      assert.ok(message?.includes(words), message);
    }
  });

  it("leaves rights on other things alone", async () => {
    for (const rule of [traces(["list"]), { ...traces(["get"]), apiGroups: ["apps"] }, {}]) {
      assert.deepEqual(await messages(role([rule]), binding([everyone])), []);
    }
  });

  it("follows a binding to its role, by kind, name and namespace", async () => {
    const inNamespace = (ns: string) => binding([everyone], { ns, kind: "Role" });
    assert.equal((await messages(role([traces(["get"])], { ns: "a" }), inNamespace("a"))).length, 1);
    assert.deepEqual(await messages(role([traces(["get"])], { ns: "b" }), inNamespace("a")), []);
    assert.deepEqual(await messages(role([traces(["get"])], { ns: "a" }), binding([everyone], { ns: "a" })), []);
    assert.equal((await messages(role([traces(["get"])]), binding([everyone], { ns: "a" }))).length, 1);
    assert.deepEqual(await messages(role([traces(["get"])], { name: "x" }), binding([everyone], { to: "view" })), []);
  });

  it("judges a role that others made by its name", async () => {
    const [message] = await messages(binding([everyone], { to: "tempostack-traces-reader" }));
    assert.match(
      message ?? "",
      /so everybody who can log in gets what role tempostack-traces-reader allows, by its name on traces\./,
    );
    assert.deepEqual(await messages(binding([everyone], { to: "view" })), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [role([traces(["get"])]), binding([groupOf(unknown)])],
      [role([traces(["get"])]), binding(unknown)],
      [binding([everyone], { to: unknown })],
      [role(unknown), binding([everyone])],
      [role([traces([unknown])]), binding([everyone])],
    ]) {
      const { violations, notes } = await judge(tenantsNotForEveryone, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for ClusterRoleBinding b: .* is not known before the update\.$/);
    }
    const decided = [role([traces([unknown]), traces(["get"])]), binding([everyone])];
    assert.equal((await messages(...decided)).length, 1);
    const harmless = await judge(tenantsNotForEveryone, [role(unknown), binding([groupOf("team")])]);
    assert.deepEqual(harmless.notes, []);
  });
});
