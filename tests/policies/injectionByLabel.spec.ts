import assert from "node:assert/strict";
import { injectionByLabel } from "../../policies/rules/membership/injectionByLabel";
import { deployment, judge, mend, resource, secret, unknown } from "./helper";

const inject = (value: unknown) => ({ "sidecar.istio.io/inject": value });
const judged = (metadata: object) => judge(injectionByLabel, [deployment("bookinfo", metadata)]);
const count = async (metadata: object) => (await judged(metadata)).violations.length;
const mended = async (metadata: object) =>
  (
    (await mend(injectionByLabel, deployment("bookinfo", metadata)))?.props["spec"] as {
      template?: { metadata: object };
    }
  )?.template?.metadata;

describe("injection-by-label", () => {
  it("advises against the annotation alone", async () => {
    const subject = deployment("bookinfo", { annotations: inject("true") });
    assert.deepEqual((await judge(injectionByLabel, [subject])).violations, [
      {
        message:
          'Deployment bookinfo/productpage-v1: spec.template.metadata.annotations["sidecar.istio.io/inject"] is "true", ' +
          "an annotation that OpenShift Service Mesh 3 and Istio do not select pods by. " +
          'Set spec.template.metadata.labels["sidecar.istio.io/inject"] to "true".',
        urn: subject.urn,
      },
    ]);
  });

  it("accepts the label beside it, and pods that do not ask", async () => {
    for (const value of ["true", "false"]) {
      assert.equal(await count({ labels: inject(value), annotations: inject("true") }), 0);
    }
    assert.equal(await count({ annotations: inject("false") }), 0);
    assert.equal(await count({ labels: inject("true") }), 0);
    assert.equal(await count({}), 0);
  });

  it("judges patches, and every kind of workload", async () => {
    const metadata = { annotations: inject("true") };
    const cronJob = { jobTemplate: { spec: { template: { metadata } } } };
    for (const subject of [
      resource("core/v1:Pod", { metadata: { name: "x", ...metadata } }),
      resource("apps/v1:DeploymentPatch", { metadata: { name: "x" }, spec: { template: { metadata } } }),
      resource("batch/v1beta1:CronJob", { metadata: { name: "x" }, spec: cronJob }),
    ]) {
      assert.equal((await judge(injectionByLabel, [subject])).violations.length, 1);
      const result = await mend(injectionByLabel, subject);
      assert.deepEqual((await judge(injectionByLabel, [result!])).violations, []);
    }
  });

  it("does not judge what a preview does not know, and is not meant for other kinds", async () => {
    for (const metadata of [
      { annotations: inject(unknown) },
      { labels: inject(unknown), annotations: inject("true") },
    ]) {
      const { violations, notes } = await judged(metadata);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
      assert.equal(await mended(metadata), undefined);
    }
    assert.equal((await judge(injectionByLabel, [resource("core/v1:Service", {})])).notApplicable, 1);
  });

  it("adds the label, and leaves everything else", async () => {
    const annotations = { ...inject("true"), token: secret("x") };
    assert.deepEqual(await mended({ annotations }), { annotations, labels: inject("true") });
    const labels = { app: unknown };
    assert.deepEqual(await mended({ annotations, labels }), { annotations, labels: { ...labels, ...inject("true") } });
    assert.equal(await mended({ annotations: inject("false") }), undefined);
    assert.equal(await mended({ annotations, labels: inject("false") }), undefined);
    assert.equal(await mended({ annotations, labels: unknown }), undefined);
  });
});
