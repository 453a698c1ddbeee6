import assert from "node:assert/strict";
import { controlPlaneDiscovered } from "../../policies/rules/membership/controlPlaneDiscovered";
import { controlPlane, judge, namespace, resource, roll, unknown } from "./helper";
import { discovering, istio } from "./sail";

const mesh = { matchLabels: { mesh: "yes" } };
const judged = (...resources: Parameters<typeof judge>[1]) => judge(controlPlaneDiscovered, resources);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;

describe("control-plane-discovered", () => {
  it("refuses selectors that do not match the control plane's namespace", async () => {
    const subject = discovering(mesh);
    assert.deepEqual((await judged(subject, namespace("istio-system"))).violations, [
      {
        message:
          'Istio default: spec.values.meshConfig.discoverySelectors is [{"matchLabels":{"mesh":"yes"}}], which does not match namespace istio-system, ' +
          "so Istio does not read the Telemetry there. Label namespace istio-system so that one of the selectors matches it.",
        urn: subject.urn,
      },
    ]);
  });

  it("accepts one selector of several that matches it, and no selectors", async () => {
    const labelled = namespace("istio-system", { mesh: "yes" });
    assert.equal(await count(discovering(mesh), labelled), 0);
    assert.equal(await count(discovering({ matchLabels: { mesh: "no" } }, mesh), labelled), 0);
    assert.equal(await count(discovering(), namespace("istio-system")), 0);
    assert.equal(await count(istio(), namespace("istio-system")), 0);
    const byName = { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } };
    assert.equal(await count(discovering(byName)), 0);
  });

  it("goes by the root namespace, where that is another", async () => {
    const meshConfig = { discoverySelectors: [mesh], rootNamespace: "istio-config" };
    const subject = istio({ meshConfig });
    assert.equal(await count(subject, namespace("istio-system"), namespace("istio-config", { mesh: "yes" })), 0);
    assert.equal(await count(subject, namespace("istio-system", { mesh: "yes" }), namespace("istio-config")), 1);
  });

  it("judges a patch, and an IstioRevision", async () => {
    const spec = { namespace: "istio-system", values: { meshConfig: { discoverySelectors: [mesh] } } };
    for (const kind of ["IstioPatch", "IstioRevision"]) {
      const subject = resource(`sailoperator.io/v1:${kind}`, { metadata: { name: "default" }, spec });
      assert.equal(await count(subject, namespace("istio-system")), 1, kind);
    }
  });

  it("has nothing to say about Maistra's control planes", async () => {
    const subject = controlPlane({ meshConfig: { discoverySelectors: [mesh] } });
    assert.deepEqual((await judged(subject, roll(), namespace("istio-system"))).violations, []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [discovering(mesh)],
      [discovering(unknown), namespace("istio-system")],
      [istio({ meshConfig: { discoverySelectors: unknown } })],
      [discovering(mesh), namespace("istio-system", { mesh: unknown })],
      [istio({ meshConfig: { discoverySelectors: [mesh], rootNamespace: unknown } })],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    assert.deepEqual((await judged(istio({ meshConfig: { rootNamespace: unknown } }))).notes, []);
  });
});
