import assert from "node:assert/strict";
import { injectionRevisionExists } from "../../policies/rules/membership/injectionRevisionExists";
import { controlPlane, deployment, judge, namespace, resource, roll, unknown } from "./helper";
import { enabled, istio, revision } from "./sail";

const judged = (...resources: Parameters<typeof judge>[1]) => judge(injectionRevisionExists, resources);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;
const asking = { "sidecar.istio.io/inject": "true" };
const plane = (name: unknown, spec: object = {}) => istio({}, { name, spec });
const byVersion = { updateStrategy: { type: "RevisionBased" } };

describe("injection-revision-exists", () => {
  it("refuses the label for the default revision where the control plane has another name", async () => {
    const subject = namespace("bookinfo", enabled);
    assert.deepEqual((await judged(plane("mesh"), subject)).violations, [
      {
        message:
          'Namespace bookinfo: metadata.labels["istio-injection"] is "enabled", which asks for revision default, but the stack\'s control planes have mesh: ' +
          "the pods get no sidecar. Name one of these in istio.io/rev, declare an IstioRevisionTag default, or list it under existing of policy injection-revision-exists.",
        urn: subject.urn,
      },
    ]);
    assert.equal(await count(plane("default"), subject), 0);
  });

  it("refuses a revision that no control plane has", async () => {
    assert.equal(await count(plane("mesh"), namespace("bookinfo", revision("mesh"))), 0);
    assert.equal(await count(plane("mesh"), namespace("bookinfo", revision("mess"))), 1);
    assert.equal(await count(plane("a"), plane("b"), namespace("bookinfo", revision("b"))), 0);
  });

  it("knows how an Istio names its versions", async () => {
    const subject = (name: string) => namespace("bookinfo", revision(name));
    assert.equal(await count(plane("default", byVersion), subject("default-v1-24-3")), 0);
    assert.equal(await count(plane("default", byVersion), subject("other-v1-24-3")), 1);
    assert.equal(await count(plane("default"), subject("default-v1-24-3")), 1);
    const [violation] = (await judged(plane("default", byVersion), namespace("bookinfo", enabled))).violations;
    assert.match(violation?.message ?? "", /the stack's control planes have default-v…: the pods get no sidecar/);
  });

  it("knows tags and single revisions", async () => {
    const tag = resource("sailoperator.io/v1:IstioRevisionTag", { metadata: { name: "default" } });
    assert.equal(await count(plane("default", byVersion), tag, namespace("bookinfo", enabled)), 0);
    const single = istio({}, { name: "canary", kind: "IstioRevision" });
    assert.equal(await count(plane("default"), single, namespace("bookinfo", revision("canary"))), 0);
    const versioned = istio({}, { name: "canary", kind: "IstioRevision", spec: byVersion });
    assert.equal(await count(versioned, namespace("bookinfo", revision("canary"))), 0);
  });

  it("judges what pods ask for, unless their namespace decides", async () => {
    const pods = (labels: object) => deployment("bookinfo", { labels });
    assert.equal(await count(plane("mesh"), namespace("bookinfo"), pods(asking)), 1);
    assert.equal(await count(plane("mesh"), namespace("bookinfo"), pods({ ...asking, ...revision("mesh") })), 0);
    assert.equal(await count(plane("mesh"), namespace("bookinfo"), pods(revision("mess"))), 1);
    assert.equal(await count(plane("mesh"), namespace("bookinfo"), pods({})), 0);
    const declining = { "sidecar.istio.io/inject": "false", ...revision("mess") };
    assert.equal(await count(plane("mesh"), namespace("bookinfo"), pods(declining)), 0);
    assert.equal(await count(plane("mesh"), namespace("bookinfo", revision("mesh")), pods(asking)), 0);
    assert.equal(await count(plane("mesh"), namespace("bookinfo", { "istio-injection": "disabled" }), pods(asking)), 0);
  });

  it("takes the names of others' revisions from its configuration", async () => {
    const resources = [plane("mesh"), namespace("bookinfo", enabled)];
    const { violations } = await judge(injectionRevisionExists, resources, { existing: ["default"] });
    assert.deepEqual(violations, []);
    assert.equal((await judge(injectionRevisionExists, resources, { existing: ["other"] })).violations.length, 1);
  });

  it("has nothing to say where the stack has no control plane of Istio's own", async () => {
    assert.deepEqual((await judged(controlPlane(), roll("bookinfo"), namespace("bookinfo", enabled))).violations, []);
  });

  it("leaves pods alone that OpenShift Service Mesh 2 injects, while a stack moves from it to Istio's own", async () => {
    const pods = deployment("bookinfo", { labels: asking });
    const planes = [plane("mesh", { namespace: "istio-system-3" }), controlPlane()];
    assert.equal(await count(...planes, roll("bookinfo"), namespace("bookinfo"), pods), 0);
    assert.equal(await count(...planes, roll("shop"), namespace("bookinfo"), pods), 1);
  });

  it("judges patches of namespaces and workloads", async () => {
    const subject = resource("core/v1:NamespacePatch", { metadata: { name: "bookinfo", labels: enabled } });
    assert.equal(await count(plane("mesh"), subject), 1);
    const template = { metadata: { labels: asking } };
    const patch = resource("apps/v1:DeploymentPatch", {
      metadata: { name: "x", namespace: "bookinfo" },
      spec: { template },
    });
    assert.equal(await count(plane("mesh"), namespace("bookinfo"), patch), 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [plane(unknown), namespace("bookinfo", enabled)],
      [plane("default", { updateStrategy: { type: unknown } }), namespace("bookinfo", revision("x"))],
      [plane(unknown, byVersion), namespace("bookinfo", revision("x"))],
      [plane("mesh"), namespace("bookinfo", revision(unknown))],
      [plane("mesh"), namespace("bookinfo", { "istio-injection": unknown })],
      [
        plane("mesh"),
        namespace("bookinfo"),
        deployment("bookinfo", { labels: { "sidecar.istio.io/inject": unknown } }),
      ],
      [plane("mesh"), namespace("bookinfo"), deployment("bookinfo", { labels: revision(unknown) })],
      [plane("mesh"), deployment("bookinfo", { labels: asking })],
      [plane("mesh"), deployment(unknown, { labels: asking })],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
  });
});
