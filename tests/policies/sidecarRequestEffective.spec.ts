import assert from "node:assert/strict";
import { sidecarRequestEffective } from "../../policies/rules/membership/sidecarRequestEffective";
import { controlPlane, deployment, judge, namespace, resource, roll, unknown } from "./helper";
import { enabled, istio, revision } from "./sail";

const inject = (value: unknown) => ({ "sidecar.istio.io/inject": value });
const byAnnotation = deployment("bookinfo", { annotations: inject("true") });
const byLabel = deployment("bookinfo", { labels: inject("true") });
const judged = (...resources: Parameters<typeof judge>[1]) => judge(sidecarRequestEffective, [istio(), ...resources]);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;

describe("sidecar-request-effective", () => {
  it("refuses a request by annotation alone", async () => {
    assert.deepEqual((await judged(namespace("bookinfo"), byAnnotation)).violations, [
      {
        message:
          'Deployment bookinfo/productpage-v1: spec.template.metadata.annotations["sidecar.istio.io/inject"] is "true", ' +
          'but Istio selects pods by the label sidecar.istio.io/inject: "true" alone: these get no sidecar. ' +
          'Set spec.template.metadata.labels["sidecar.istio.io/inject"] to "true", or label namespace bookinfo.',
        urn: byAnnotation.urn,
      },
    ]);
  });

  it("refuses a label that Istio does not select by", async () => {
    for (const value of ["yes", "True", "on"]) {
      assert.equal(await count(namespace("bookinfo"), deployment("bookinfo", { labels: inject(value) })), 1, value);
    }
  });

  it("accepts the label, a revision, and a labelled namespace", async () => {
    assert.equal(await count(namespace("bookinfo"), byLabel), 0);
    assert.equal(await count(namespace("bookinfo", enabled), byAnnotation), 0);
    assert.equal(await count(namespace("bookinfo", revision("canary")), byAnnotation), 0);
    const both = deployment("bookinfo", { labels: revision("canary"), annotations: inject("true") });
    assert.equal(await count(namespace("bookinfo"), both), 0);
    assert.equal(await count(namespace("bookinfo"), deployment("bookinfo", { labels: inject("false") })), 0);
  });

  it("refuses any request in a namespace that declines", async () => {
    const declining = namespace("bookinfo", { "istio-injection": "disabled" });
    for (const subject of [byLabel, byAnnotation]) {
      const [violation] = (await judged(declining, subject)).violations;
      assert.match(
        violation?.message ?? "",
        /but namespace bookinfo is labelled istio-injection: disabled, which outweighs it: the pods get no sidecar\./,
      );
    }
  });

  it("leaves Maistra's meshes alone, which go by the annotation", async () => {
    const maistra = [controlPlane(), roll("bookinfo")];
    assert.equal(
      (await judge(sidecarRequestEffective, [...maistra, namespace("bookinfo"), byAnnotation])).violations.length,
      0,
    );
    assert.equal(await count(...maistra, namespace("bookinfo"), byAnnotation), 0);
    const elsewhere = istio({}, { spec: { namespace: "istio3-system" } });
    const migrating = (member: string) =>
      judge(sidecarRequestEffective, [elsewhere, controlPlane(), roll(member), namespace("bookinfo"), byAnnotation]);
    assert.equal((await migrating("bookinfo")).violations.length, 0);
    assert.equal((await migrating("shop")).violations.length, 1);
  });

  it("judges patches, and every kind of workload", async () => {
    const template = { metadata: { annotations: inject("true") } };
    for (const token of ["apps/v1:DeploymentPatch", "apps/v1:StatefulSet", "batch/v1:Job"]) {
      const subject = resource(token, { metadata: { name: "x", namespace: "bookinfo" }, spec: { template } });
      assert.equal(await count(namespace("bookinfo"), subject), 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [byAnnotation],
      [namespace("bookinfo", { "istio-injection": unknown }), byAnnotation],
      [namespace("bookinfo", revision(unknown)), byAnnotation],
      [namespace("bookinfo"), deployment("bookinfo", { annotations: inject(unknown) })],
      [namespace("bookinfo"), deployment(unknown, { annotations: inject("true") })],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    assert.deepEqual((await judged(byLabel)).notes, []);
    const known = namespace("bookinfo", { ...enabled, ...revision(unknown) });
    assert.deepEqual((await judged(known, byAnnotation)).notes, []);
  });
});
