import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { servedPodsProbed as rule } from "../../policies/rules/operations/servedPodsProbed";
import { judge, resource, unknown } from "./helper";

const probe = { readinessProbe: { tcpSocket: { port: 8080 } } };
const service = (selector: unknown = { app: "shop" }, namespace = "shop"): Resource =>
  resource("core/v1:Service", { metadata: { name: "front", namespace }, spec: { selector } });
const pods = (containers: unknown, { annotations = {}, kind = "Deployment" } = {}): Resource =>
  resource(`apps/v1:${kind}`, {
    metadata: { name: "shop", namespace: "shop" },
    spec: { template: { metadata: { labels: { app: "shop", version: "v1" }, annotations }, spec: { containers } } },
  });
const count = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.length;
};

describe("served-pods-probed", () => {
  it("advises against pods that get requests before they serve", async () => {
    const subject = pods([{ name: "shop" }]);
    assert.deepEqual((await judge(rule, [subject, service()])).violations, [
      {
        message:
          "Deployment shop/shop: spec.template.spec.containers[0].readinessProbe is not set, so Service shop/front sends requests " +
          "to pods that do not serve yet. Set it to what tells that the container serves.",
        urn: subject.urn,
      },
    ]);
    assert.equal(await count(pods([{}], { kind: "StatefulSet" }), service()), 1);
  });

  it("accepts pods of which one container is probed", async () => {
    assert.equal(await count(pods([{}, probe]), service()), 0);
    assert.equal(await count(pods([{ livenessProbe: probe.readinessProbe }]), service()), 1);
  });

  it("leaves alone what no Service of the stack sends to", async () => {
    for (const other of [
      service({ app: "cart" }),
      service({}),
      service(undefined, "cart"),
      service({ app: "shop", x: "y" }),
    ]) {
      assert.equal(await count(pods([{}]), other), 0);
    }
    assert.equal(await count(pods([{}])), 0);
  });

  it("leaves alone patches, gateways whose proxy Istio fills in, and pods without containers", async () => {
    assert.equal(await count(pods([{}], { kind: "DeploymentPatch" }), service()), 0);
    assert.equal(await count(pods([{}], { annotations: { "inject.istio.io/templates": "gateway" } }), service()), 0);
    assert.equal(await count(pods([]), service()), 0);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      [pods(unknown), service()],
      [pods([{ readinessProbe: unknown }]), service()],
      [pods([{}]), service({ app: unknown })],
    ]) {
      const { violations, notes } = await judge(rule, subject);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    const { notes } = await judge(rule, [pods([probe]), service({ app: unknown })]);
    assert.deepEqual(notes, []);
  });
});
