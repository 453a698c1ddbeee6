import assert from "node:assert/strict";
import { dataProtected } from "../../policies/rules/operations/dataProtected";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const claim = (metadata: object = {}, stack = "prod") =>
  resource("core/v1:PersistentVolumeClaim", { metadata: { name: "traces", namespace: "t", ...metadata } }, { stack });
const withProtect = (subject: Resource, protect: boolean): Resource => ({ ...subject, opts: { protect } });
const count = async (subject: Resource, config?: Record<string, unknown>) =>
  (await judge(dataProtected, [subject], config)).violations.length;

describe("data-protected", () => {
  it("asks for protection in production", async () => {
    const subject = claim();
    assert.deepEqual((await judge(dataProtected, [subject])).violations, [
      {
        message:
          'PersistentVolumeClaim t/traces: metadata.name is "traces", which holds data in environment "prod" and is not protected from deletion. ' +
          "Set the resource option protect, or list the environment under nonProduction of policy data-protected.",
        urn: subject.urn,
      },
    ]);
    assert.equal(await count(withProtect(subject, false)), 1);
    assert.equal(await count(withProtect(subject, true)), 0);
  });

  it("goes by the environment: all are production but those that are listed", async () => {
    for (const stack of ["dev", "staging", "test"]) {
      assert.equal(await count(claim({}, stack)), 0, stack);
    }
    assert.equal(await count(claim({}, "eu-west")), 1);
    assert.equal(await count(claim({}, "eu-west"), { nonProduction: ["eu-west"] }), 0);
    assert.equal(await count(claim({}, "dev"), { nonProduction: ["eu-west"] }), 1);
  });

  it("accepts how other tools keep an object", async () => {
    const annotated = (annotations: unknown) => count(claim({ annotations }));
    assert.equal(await annotated({ "helm.sh/resource-policy": "keep" }), 0);
    assert.equal(await annotated({ "argocd.argoproj.io/sync-options": "ServerSideApply=true,Delete=false" }), 0);
    assert.equal(await annotated({ "argocd.argoproj.io/sync-options": "Prune=confirm" }), 0);
    assert.equal(await annotated({ "argocd.argoproj.io/sync-options": "Prune=true" }), 1);
    assert.equal(await annotated({ "helm.sh/resource-policy": "keeper" }), 1);
  });

  it("judges what holds traces, but no patches", async () => {
    for (const token of [
      "tempo.grafana.com/v1alpha1:TempoStack",
      "tempo.grafana.com/v1alpha1:TempoMonolithic",
      "objectbucket.io/v1alpha1:ObjectBucketClaim",
      "minio.min.io/v2:Tenant",
    ]) {
      assert.equal(await count(resource(token, { metadata: { name: "x" } }, { stack: "prod" })), 1, token);
      assert.equal(await count(resource(`${token}Patch`, { metadata: { name: "x" } }, { stack: "prod" })), 0, token);
    }
  });

  it("does not judge what a preview does not know, and is not meant for other kinds", async () => {
    const subject = claim({ annotations: { "helm.sh/resource-policy": unknown } });
    const { violations, notes } = await judge(dataProtected, [subject]);
    assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    const kept = { "helm.sh/resource-policy": unknown, "argocd.argoproj.io/sync-options": "Delete=false" };
    assert.deepEqual((await judge(dataProtected, [claim({ annotations: kept })])).notes, []);
    assert.deepEqual((await judge(dataProtected, [withProtect(subject, true)])).notes, []);
    assert.equal((await judge(dataProtected, [resource("core/v1:Secret", {})])).notApplicable, 1);
  });
});
