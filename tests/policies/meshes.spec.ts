import assert from "node:assert/strict";
import { isUnknown } from "../../policies/kubernetes/fields";
import type { Resource } from "../../policies/kubernetes/match";
import { Stack } from "../../policies/kubernetes/stack";
import { Revisions } from "../../policies/mesh/revisions";
import { controlPlane, guardUnknowns, memberOf, namespace, resource, roll, tokens, unknown } from "./helper";
import { istio } from "./traceObjects";

const stackOf = (...resources: Resource[]): Stack =>
  new Stack(resources.map((each) => ({ ...each, props: guardUnknowns(each.props) })));

/** The only mesh of a stack. */
function meshOf(...resources: Resource[]) {
  const { all } = stackOf(...resources).meshes;
  assert.equal(all.length, 1);
  return all[0]!;
}

const rollPatch = (spec: object): Resource =>
  resource(`${tokens.roll}Patch`, { metadata: { name: "default", namespace: "istio-system" }, spec });

describe("meshes of a stack", () => {
  it("tells whose they are, by any part of theirs", () => {
    for (const [parts, isMaistra, isSail] of [
      [[controlPlane()], true, false],
      [[roll()], true, false],
      [[memberOf("bookinfo")], true, false],
      [[istio([])], false, true],
      [[istio([]), roll()], true, true],
      [[istio([]), memberOf("bookinfo")], true, true],
      [[istio([]), controlPlane()], true, true],
    ] as const) {
      const mesh = meshOf(...parts);
      assert.deepEqual([mesh.isMaistra, mesh.isSail], [isMaistra, isSail], parts.map(({ type }) => type).join());
    }
  });

  it("is where the control plane is, which for an Istio is istio-system unless it says otherwise", () => {
    const plain = (spec: object) => resource(tokens.istio, { metadata: { name: "default" }, spec });
    assert.equal(meshOf(plain({})).namespace, "istio-system");
    assert.equal(meshOf(plain({ namespace: "mesh" })).namespace, "mesh");
    assert.equal(meshOf(controlPlane(), roll(), memberOf("bookinfo"), plain({})).namespace, "istio-system");
    const apart = stackOf(controlPlane(), plain({ namespace: "mesh" })).meshes.all;
    assert.deepEqual(
      apart.map((mesh) => mesh.namespace),
      ["istio-system", "mesh"],
    );
  });

  it("says how a namespace joins", () => {
    const byRoll = "add shop to spec.members of";
    assert.equal(
      meshOf(controlPlane(), roll()).howToJoin("shop"),
      `${byRoll} ServiceMeshMemberRoll istio-system/default`,
    );
    assert.equal(meshOf(controlPlane()).howToJoin("shop"), `${byRoll} the ServiceMeshMemberRoll of istio-system`);
    assert.equal(
      meshOf(istio([])).howToJoin("shop"),
      "label namespace shop so that discoverySelectors of Istio default match it",
    );
  });

  it("knows all its members only from a roll as a whole, or from a control plane without one", () => {
    assert.equal(meshOf(roll("bookinfo")).contains("shop"), false);
    assert.equal(meshOf(rollPatch({ members: ["bookinfo"] })).contains("shop"), false);
    assert.equal(meshOf(rollPatch({ members: ["bookinfo"] })).contains("bookinfo"), true);
    assert.equal(meshOf(controlPlane()).contains("shop"), false);
    assert.equal(meshOf(controlPlane({ mode: "MultiTenant" })).contains("shop"), false);
    for (const mesh of [
      meshOf(rollPatch({})),
      meshOf(memberOf("bookinfo")),
      meshOf(controlPlane({ mode: "ClusterWide" })),
      meshOf(controlPlane({ mode: unknown })),
    ]) {
      assert.ok(isUnknown(mesh.contains("shop")));
    }
    assert.equal(meshOf(controlPlane({ mode: unknown }), roll("bookinfo")).contains("shop"), false);
  });

  it("takes a list of providers that is not known for one provider that is not", () => {
    const mesh = meshOf(controlPlane({ meshConfig: { extensionProviders: unknown } }));
    assert.equal(mesh.providers.length, 1);
    const [name] = mesh.providerNames;
    assert.match(isUnknown(name) ? name.reason : "", /^spec\.meshConfig\.extensionProviders of .* is not known/);
    assert.ok(isUnknown(mesh.declaresProvider("tempo")));
    assert.equal(meshOf(controlPlane()).declaresProvider("tempo"), true);
    assert.equal(meshOf(controlPlane()).declaresProvider("other"), false);
  });

  it("keeps apart what it cannot place yet", () => {
    const lost = resource(tokens.controlPlane, { metadata: { name: "basic", namespace: unknown } });
    const { meshes } = stackOf(lost, namespace("bookinfo"));
    assert.deepEqual([meshes.all.length, meshes.areNone], [0, false]);
    assert.deepEqual(
      [...meshes.unplaced].map(([object, { reason }]) => [object.urn, reason]),
      [[lost.urn, "metadata.namespace of ServiceMeshControlPlane basic is not known before the update"]],
    );
    assert.ok(isUnknown(meshes.contain("bookinfo")));
    assert.ok(isUnknown(meshes.declareProvider("tempo")));
    assert.ok(stackOf(namespace("bookinfo")).meshes.areNone);
  });
});

describe("revisions of a stack", () => {
  const plane = (name: unknown, spec: object = {}) =>
    resource(tokens.istio, { metadata: { name }, spec: { namespace: "istio-system", ...spec } });
  const byVersion = { updateStrategy: { type: "RevisionBased" } };

  it("are named for messages", () => {
    assert.equal(new Revisions(stackOf(controlPlane()), []).toString(), "none");
    assert.equal(new Revisions(stackOf(plane("default")), ["canary"]).toString(), "default, canary");
    assert.equal(new Revisions(stackOf(plane("default"), plane("blue", byVersion)), []).toString(), "default, blue-v…");
  });

  it("may be any as long as a name or a strategy is not known", () => {
    for (const subject of [plane(unknown), plane("x", { updateStrategy: unknown }), plane(unknown, byVersion)]) {
      const revisions = new Revisions(stackOf(subject), []);
      assert.ok(isUnknown(revisions.have("other")));
      assert.doesNotMatch(revisions.toString(), /object/);
    }
    assert.equal(new Revisions(stackOf(plane(unknown), plane("default")), []).have("default"), true);
  });
});
