import assert from "node:assert/strict";
import { defaultNamespaceUnused } from "../../policies/rules/operations/defaultNamespaceUnused";
import { judge, resource, unknown } from "./helper";

const object = (token: string, namespace: unknown, provider?: object) =>
  resource(token, { metadata: { name: "x", namespace } }, provider ? { provider } : {});
const count = async (...subjects: Parameters<typeof judge>[1]) =>
  (await judge(defaultNamespaceUnused, subjects)).violations.length;

describe("default-namespace-unused", () => {
  it("refuses the namespace default, for any kind", async () => {
    const subject = object("example.com/v1:Anything", "default");
    assert.deepEqual((await judge(defaultNamespaceUnused, [subject])).violations, [
      {
        message:
          'Anything default/x: metadata.namespace is "default", where everything lands that names no namespace. ' +
          "Set it to a namespace of the application.",
        urn: subject.urn,
      },
    ]);
    assert.equal(await count(object("apps/v1:DeploymentPatch", "default"), object("batch/v1:Job", "default")), 2);
    assert.equal(await count(object("example.com/v1:Anything", "defaults")), 0);
  });

  it("refuses that a namespace is missing, for kinds that need one", async () => {
    const [violation] = (await judge(defaultNamespaceUnused, [object("core/v1:Service", undefined)])).violations;
    assert.match(
      violation?.message ?? "",
      /^Service x: metadata\.namespace is not set, nor is the provider's, so it lands .* in default unless it says otherwise\./,
    );
    for (const token of ["core/v1:Namespace", "rbac.authorization.k8s.io/v1:ClusterRole", "example.com/v1:Anything"]) {
      assert.equal(await count(object(token, undefined)), 0, token);
    }
  });

  it("goes by the provider's namespace", async () => {
    assert.equal(await count(object("core/v1:Service", undefined, { namespace: "shop" })), 0);
    assert.equal(await count(object("core/v1:Service", undefined, { namespace: "default" })), 1);
    assert.equal(await count(object("core/v1:Service", "shop", { namespace: "default" })), 0);
  });

  it("does not judge what a preview does not know, and is not meant for what is not Kubernetes'", async () => {
    for (const subject of [object("core/v1:Pod", unknown), object("core/v1:Pod", undefined, { namespace: unknown })]) {
      const { violations, notes } = await judge(defaultNamespaceUnused, [subject]);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    const other = { type: "random:index:X", urn: "", props: {} };
    assert.equal((await judge(defaultNamespaceUnused, [other])).notApplicable, 1);
  });
});
