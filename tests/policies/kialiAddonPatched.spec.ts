import assert from "node:assert/strict";
import { kialiAddonPatched } from "../../policies/rules/operations/kialiAddonPatched";
import { controlPlane, judge, resource, roll, unknown } from "./helper";

const withAddon = (kiali: unknown) => controlPlane({ addons: { kiali } });
const kiali = (token = "kiali.io/v1alpha1:Kiali", metadata: object = {}) =>
  resource(token, { metadata: { name: "kiali", namespace: "istio-system", ...metadata }, spec: {} });
const judged = (...resources: Parameters<typeof judge>[1]) => judge(kialiAddonPatched, resources);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;

describe("kiali-addon-patched", () => {
  it("advises against a second owner of the addon's Kiali", async () => {
    const subject = kiali();
    assert.deepEqual((await judged(withAddon({ enabled: true }), subject)).violations, [
      {
        message:
          'Kiali istio-system/kiali: metadata.name is "kiali", the Kiali that the control plane\'s addon makes and goes on writing to. ' +
          "Patch it (KialiPatch) with only your fields, or set spec.addons.kiali.enabled of the control plane to false.",
        urn: subject.urn,
      },
    ]);
  });

  it("knows that control planes have the addon unless they switch it off", async () => {
    assert.equal(await count(controlPlane(), kiali()), 1);
  });

  it("accepts a patch, and a Kiali that is not the addon's", async () => {
    assert.equal(await count(withAddon({ enabled: true }), kiali("kiali.io/v1alpha1:KialiPatch")), 0);
    assert.equal(await count(withAddon({ enabled: false }), kiali()), 0);
    assert.equal(await count(withAddon({ enabled: true, name: "other" }), kiali()), 0);
    assert.equal(await count(withAddon({ enabled: true, name: "other" }), kiali(undefined, { name: "other" })), 1);
    assert.equal(await count(withAddon({ enabled: true }), kiali(undefined, { namespace: "kiali" })), 0);
    assert.equal(await count(roll(), kiali()), 0);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [withAddon({ enabled: unknown }), kiali()],
      [withAddon({ enabled: true, name: unknown }), kiali()],
      [withAddon({ enabled: true }), kiali(undefined, { namespace: unknown })],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    assert.deepEqual((await judged(withAddon({ enabled: false, name: unknown }), kiali())).notes, []);
  });
});
