import assert from "node:assert/strict";
import { clusterScopedWithoutNamespace as rule } from "../../policies/rules/operations/clusterScopedWithoutNamespace";
import { judge, resource, unknown } from "./helper";

const object = (token: string, namespace: unknown = "mesh") => resource(token, { metadata: { name: "x", namespace } });

describe("cluster-scoped-without-namespace", () => {
  it("advises against a namespace of an Istio, and says what places it", async () => {
    const subject = object("sailoperator.io/v1:Istio");
    assert.deepEqual((await judge(rule, [subject])).violations, [
      {
        message:
          'Istio mesh/x: metadata.namespace is "mesh", but no Istio is in a namespace, so the API server drops it. ' +
          "Remove it; spec.namespace says where the pods run.",
        urn: subject.urn,
      },
    ]);
  });

  it("knows other kinds that are in no namespace", async () => {
    for (const token of [
      "sailoperator.io/v1:IstioRevisionTag",
      "core/v1:Namespace",
      "rbac.authorization.k8s.io/v1:ClusterRole",
      "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
      "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
      "storage.k8s.io/v1:StorageClass",
    ]) {
      const { violations } = await judge(rule, [object(token)]);
      assert.match(violations[0]?.message ?? "", /so the API server drops it\. Remove it\.$/, token);
    }
  });

  it("accepts none, and the namespace of what is in one", async () => {
    for (const namespace of [null, ""]) {
      assert.deepEqual((await judge(rule, [object("sailoperator.io/v1:Istio", namespace)])).violations, []);
    }
    for (const token of ["rbac.authorization.k8s.io/v1:Role", "networking.istio.io/v1:Gateway", "example.com/v1:X"]) {
      assert.equal((await judge(rule, [object(token)])).notApplicable, 1, token);
    }
  });
  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(rule, [object("sailoperator.io/v1:Istio", unknown)]);
    assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
  });
});
