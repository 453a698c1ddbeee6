import assert from "node:assert/strict";
import { tracedPodsLabelled } from "../../policies/rules/membership/tracedPodsLabelled";
import { controlPlane, deployment, judge, namespace, resource, unknown } from "./helper";
import { enabled, revision } from "./sail";

const asking = { "sidecar.istio.io/inject": "true" };
const identity = { app: "productpage", version: "v1" };
const judged = (...resources: Parameters<typeof judge>[1]) => judge(tracedPodsLabelled, resources);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;
const pods = (labels: unknown, annotations: object = {}) => deployment("bookinfo", { labels, annotations });

describe("traced-pods-labelled", () => {
  it("asks for app and version, with or without a mesh in the stack", async () => {
    const subject = pods({ ...asking, version: "v1" });
    const expected = [
      {
        message:
          "Deployment bookinfo/productpage-v1: spec.template.metadata.labels.app is not set, so Kiali cannot tell which traces are those of these pods. " +
          "Set it to the name of the service that the pods serve.",
        urn: subject.urn,
      },
    ];
    assert.deepEqual((await judged(subject)).violations, expected);
    assert.deepEqual((await judged(controlPlane(), subject)).violations, expected);
    const [violation] = (await judged(pods({ ...asking, app: "x", version: "" }))).violations;
    assert.match(violation?.message ?? "", /labels\.version is "", so .* Set it to the pods' version\.$/);
    assert.equal(await count(pods(asking)), 2);
  });

  it("accepts pods that have them, and pods without a sidecar", async () => {
    assert.equal(await count(pods({ ...asking, ...identity })), 0);
    assert.equal(await count(pods({})), 0);
    assert.equal(await count(resource("core/v1:ConfigMap", {})), 0);
  });

  it("counts what namespaces and annotations ask for", async () => {
    assert.equal(await count(pods({}, asking)), 2);
    assert.equal(await count(namespace("bookinfo", enabled), pods({})), 2);
    assert.equal(await count(namespace("bookinfo", revision("canary")), pods({})), 2);
    assert.equal(await count(namespace("shop", enabled), pods({})), 0);
    assert.equal(await count(namespace("bookinfo", { "istio-injection": "disabled" }), pods({})), 0);
    const declining = { "sidecar.istio.io/inject": "false" };
    assert.equal(await count(namespace("bookinfo", enabled), pods(declining)), 0);
    assert.equal(await count(namespace("bookinfo", enabled), pods({}, declining)), 0);
  });

  it("leaves gateways alone, and patches, which have only some of the labels", async () => {
    assert.equal(await count(pods(asking, { "inject.istio.io/templates": "gateway" })), 0);
    assert.equal(await count(pods({ ...asking, "inject.istio.io/templates": "gateway" })), 0);
    const props = { metadata: { name: "x" }, spec: { template: { metadata: { labels: asking } } } };
    assert.equal(await count(resource("apps/v1:DeploymentPatch", props)), 0);
    assert.equal(await count(resource("apps/v1:StatefulSet", props)), 2);
  });

  it("takes the labels from its configuration", async () => {
    const config = { labels: ["team"] };
    const [violation, ...others] = (await judge(tracedPodsLabelled, [pods(asking)], config)).violations;
    assert.match(violation?.message ?? "", /labels\.team is not set.*Set it to the pods' team\.$/);
    assert.deepEqual(others, []);
    assert.deepEqual((await judge(tracedPodsLabelled, [pods({ ...asking, team: "x" })], config)).violations, []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      pods({ ...asking, ...identity, app: unknown }),
      pods({ "sidecar.istio.io/inject": unknown }),
      pods(unknown),
    ]) {
      const { violations, notes } = await judged(subject);
      assert.deepEqual(violations, []);
      assert.ok(notes.length > 0);
    }
    assert.equal(await count(namespace("bookinfo", { "istio-injection": unknown }), pods({})), 0);
  });
});
