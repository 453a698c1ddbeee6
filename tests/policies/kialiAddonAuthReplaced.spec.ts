import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { kialiAddonAuthReplaced as rule } from "../../policies/rules/tracePath/kialiAddonAuthReplaced";
import { controlPlane, judge, resource, roll, unknown } from "./helper";
import { frontend, istio, kiali, planeWithAddon } from "./traceObjects";

const urlOnly = { in_cluster_url: frontend(16686) };

async function counts(...resources: Resource[]): Promise<readonly [number, number]> {
  const { violations, notes } = await judge(rule, resources);
  return [violations.length, notes.length];
}

describe("kiali-addon-auth-replaced", () => {
  it("refuses a new URL with the addon's authentication", async () => {
    const subject = kiali(urlOnly, {}, { suffix: "Patch" });
    const { violations } = await judge(rule, [planeWithAddon(), subject]);
    assert.deepEqual(violations, [
      {
        message:
          "Kiali istio-system/kiali: spec.external_services.tracing.auth.type is not set, so the basic authentication that the " +
          "mesh's addon wrote for its Jaeger stays, and Kiali sends that password to the new URL. " +
          "Set it to none, or to what the store asks for.",
        urn: subject.urn,
      },
    ]);
  });

  it("refuses it for the addon that is there by default, and under another name", async () => {
    assert.deepEqual(await counts(controlPlane(), kiali(urlOnly)), [1, 0]);
    assert.deepEqual(await counts(planeWithAddon({ name: "own" }), kiali(urlOnly, {}, { name: "own" })), [1, 0]);
    assert.deepEqual(await counts(planeWithAddon(), kiali({ internal_url: "http://x" })), [1, 0]);
    assert.deepEqual(await counts(planeWithAddon(), kiali({ ...urlOnly, auth: { username: "x", type: "" } })), [1, 0]);
  });

  it("accepts a type of one's own, no URL, and a Kiali that is no addon", async () => {
    for (const type of ["none", "bearer", "basic"]) {
      assert.deepEqual(await counts(planeWithAddon(), kiali({ ...urlOnly, auth: { type } })), [0, 0]);
    }
    assert.deepEqual(await counts(planeWithAddon(), kiali({ enabled: true, in_cluster_url: "" })), [0, 0]);
    assert.deepEqual(await counts(planeWithAddon({ enabled: false }), kiali(urlOnly)), [0, 0]);
    assert.deepEqual(await counts(planeWithAddon({ name: "own" }), kiali(urlOnly)), [0, 0]);
    assert.deepEqual(await counts(planeWithAddon(), kiali(urlOnly, {}, { ns: "other" })), [0, 0]);
    assert.deepEqual(await counts(istio([]), kiali(urlOnly)), [0, 0]);
    assert.deepEqual(await counts(roll(), kiali(urlOnly)), [0, 0]);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const generated = resource("maistra.io/v2:ServiceMeshControlPlane", {
      metadata: { name: "x", namespace: unknown },
      spec: {},
    });
    for (const resources of [
      [planeWithAddon(), kiali(unknown)],
      [planeWithAddon(), kiali({ in_cluster_url: unknown })],
      [planeWithAddon(), kiali({ ...urlOnly, auth: { type: unknown } })],
      [planeWithAddon({ enabled: unknown }), kiali(urlOnly)],
      [planeWithAddon({ name: unknown }), kiali(urlOnly)],
      [planeWithAddon(), kiali(urlOnly, {}, { name: unknown })],
      [planeWithAddon(), kiali(urlOnly, {}, { ns: unknown })],
      [roll(), generated, kiali(urlOnly)],
    ]) {
      assert.deepEqual(await counts(...resources), [0, 1]);
    }
    assert.deepEqual(
      await counts(planeWithAddon(), kiali({ in_cluster_url: unknown, auth: { type: "none" } })),
      [0, 0],
    );
  });
});
