import assert from "node:assert/strict";
import { sidecarInMesh } from "../../policies/rules/membership/sidecarInMesh";
import {
  controlPlane,
  deployment,
  judge,
  memberOf,
  namespace,
  resource,
  roll,
  rollOf,
  tokens,
  unknown,
} from "./helper";

const mesh = (...members: unknown[]) => [controlPlane(), roll(...members)];
const asking = { labels: { "sidecar.istio.io/inject": "true" } };

describe("sidecar-in-mesh", () => {
  it("refuses a workload outside the mesh", async () => {
    const subject = deployment("bookinfo");
    const { violations } = await judge(sidecarInMesh, [...mesh("tracing-system"), subject]);
    assert.deepEqual(violations, [
      {
        message:
          'Deployment bookinfo/productpage-v1: metadata.namespace is "bookinfo", but no mesh of the stack has namespace bookinfo, ' +
          'so spec.template.metadata.labels["sidecar.istio.io/inject"] asks for a sidecar that it will not get. ' +
          "To fix it, add bookinfo to spec.members of ServiceMeshMemberRoll istio-system/default, " +
          'or remove spec.template.metadata.labels["sidecar.istio.io/inject"].',
        urn: subject.urn,
      },
    ]);
  });

  const template = { spec: { template: { metadata: asking } } };
  const workloads: readonly (readonly [string, object])[] = [
    ["core/v1:Pod", {}],
    ["core/v1:ReplicationController", template],
    ["apps/v1:Deployment", template],
    ["apps/v1:StatefulSet", template],
    ["apps/v1:DaemonSet", template],
    ["apps/v1:ReplicaSet", template],
    ["batch/v1:Job", template],
    ["batch/v1:CronJob", { spec: { jobTemplate: template } }],
  ];
  for (const [token, props] of workloads) {
    it(`judges a ${token}, its patches and other versions of it`, async () => {
      const [group, kind] = token.split("/v1:");
      for (const variant of [token, `${token}Patch`, `${group}/v1beta1:${kind}`]) {
        const subject = resource(variant, { ...props, metadata: { name: "x", namespace: "bookinfo", ...asking } });
        assert.equal((await judge(sidecarInMesh, [...mesh(), subject])).violations.length, 1, variant);
        assert.deepEqual((await judge(sidecarInMesh, [...mesh("bookinfo"), subject])).violations, [], variant);
      }
    });
  }

  it("reads the label, and without one the annotation", async () => {
    const inject = (value: string) => ({ "sidecar.istio.io/inject": value });
    const count = async (metadata: object) =>
      (await judge(sidecarInMesh, [...mesh(), deployment("bookinfo", metadata)])).violations.length;
    assert.equal(await count({ annotations: inject("true") }), 1);
    assert.equal(await count({ labels: inject("yes") }), 1);
    assert.equal(await count({ labels: inject("false"), annotations: inject("true") }), 0);
    assert.equal(await count({ labels: inject("false") }), 0);
    assert.equal(await count({ labels: { app: "x" } }), 0);
    assert.equal(await count({}), 0);
  });

  it("does not read labels of the Deployment itself, which inject nothing", async () => {
    const subject = resource(tokens.deployment, {
      metadata: { name: "x", namespace: "bookinfo", ...asking },
      spec: {},
    });
    assert.deepEqual((await judge(sidecarInMesh, [...mesh(), subject])).violations, []);
  });

  it("counts the control plane's namespace, ServiceMeshMembers and the wildcard as the mesh's", async () => {
    assert.deepEqual((await judge(sidecarInMesh, [...mesh(), deployment("istio-system")])).violations, []);
    assert.deepEqual(
      (await judge(sidecarInMesh, [controlPlane(), memberOf("bookinfo"), deployment("bookinfo")])).violations,
      [],
    );
    assert.deepEqual((await judge(sidecarInMesh, [...mesh("*"), deployment("bookinfo")])).violations, []);
  });

  it("knows only the members that the stack declares of a mesh made elsewhere", async () => {
    const ofAnother = memberOf("bookinfo", "other-system");
    assert.deepEqual((await judge(sidecarInMesh, [ofAnother, deployment("bookinfo")])).notes, []);
    const { violations, notes } = await judge(sidecarInMesh, [ofAnother, deployment("shop")]);
    assert.deepEqual(violations, []);
    assert.match(notes[0] ?? "", /the member roll of other-system is declared outside this stack/);
  });

  it("takes a workload's namespace from the provider, then from Kubernetes, if it names none", async () => {
    const within = (ns?: string) =>
      resource(
        tokens.deployment,
        { metadata: { name: "x" }, spec: { template: { metadata: asking } } },
        { provider: ns === undefined ? {} : { namespace: ns } },
      );
    assert.deepEqual((await judge(sidecarInMesh, [...mesh("bookinfo"), within("bookinfo")])).violations, []);
    const [violation] = (await judge(sidecarInMesh, [...mesh("bookinfo"), within()])).violations;
    assert.match(
      violation?.message ?? "",
      /^Deployment x: metadata.namespace is not set, but no mesh .* has namespace default/,
    );
  });

  it("matches memberSelectors against the labels of declared namespaces", async () => {
    const selecting = rollOf({ memberSelectors: [{ matchLabels: { mesh: "yes" } }] });
    const judgeWith = (labels: Record<string, unknown>) =>
      judge(sidecarInMesh, [controlPlane(), selecting, namespace("bookinfo", labels), deployment("bookinfo")]);
    assert.deepEqual((await judgeWith({ mesh: "yes" })).violations, []);
    assert.equal((await judgeWith({ mesh: "no" })).violations.length, 1);
    assert.equal((await judgeWith({})).violations.length, 1);
    assert.equal((await judgeWith({ mesh: unknown })).notes.length, 1);
    const { violations, notes } = await judge(sidecarInMesh, [controlPlane(), selecting, deployment("bookinfo")]);
    assert.deepEqual(violations, []);
    assert.match(notes[0] ?? "", /labels of namespace bookinfo are not known, since the stack does not declare it/);
  });

  it("knows which namespaces a Sail mesh discovers", async () => {
    const istio = (meshConfig: object) =>
      resource(tokens.istio, {
        metadata: { name: "default" },
        spec: { namespace: "istio-system", values: { meshConfig } },
      });
    const selective = istio({ discoverySelectors: [{ matchLabels: { mesh: "yes" } }] });
    assert.deepEqual((await judge(sidecarInMesh, [istio({}), deployment("bookinfo")])).violations, []);
    const [violation] = (await judge(sidecarInMesh, [selective, namespace("bookinfo"), deployment("bookinfo")]))
      .violations;
    assert.match(
      violation?.message ?? "",
      /label namespace bookinfo so that discoverySelectors of Istio default match it/,
    );
  });

  it("does not judge by a member roll that is not the stack's, or that Maistra makes", async () => {
    const patched = resource(`${tokens.roll}Patch`, { metadata: { name: "default", namespace: "istio-system" } });
    for (const part of [patched, controlPlane({ mode: "ClusterWide" })]) {
      const { violations, notes } = await judge(sidecarInMesh, [part, deployment("bookinfo")]);
      assert.deepEqual(violations, []);
      assert.match(notes[0] ?? "", /the member roll of istio-system is declared outside this stack/);
    }
    assert.equal((await judge(sidecarInMesh, [controlPlane(), deployment("bookinfo")])).violations.length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [...mesh("bookinfo"), deployment(unknown)],
      [...mesh(), deployment("bookinfo", { labels: { "sidecar.istio.io/inject": unknown } })],
      [...mesh(), deployment("bookinfo", { labels: unknown })],
      [...mesh(unknown), deployment("bookinfo")],
      [controlPlane(), rollOf({ members: unknown }), deployment("bookinfo")],
      [controlPlane(), rollOf({ memberSelectors: unknown }), deployment("bookinfo")],
      [controlPlane(), rollOf({ memberSelectors: [unknown] }), deployment("bookinfo")],
      [controlPlane(), memberOf(unknown), deployment("bookinfo")],
      [controlPlane(), memberOf("bookinfo", unknown), deployment("bookinfo")],
      [resource(tokens.roll, { metadata: { namespace: unknown } }), deployment("bookinfo")],
    ]) {
      const { violations, notes } = await judge(sidecarInMesh, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for .*Deployment .* is not known before the update\.$/);
    }
  });

  it("finds a known member beside an unknown one, and sums up who waits for it", async () => {
    assert.deepEqual((await judge(sidecarInMesh, [...mesh(unknown, "bookinfo"), deployment("bookinfo")])).notes, []);
    const waiting = ["a", "b", "c", "d", "e"].map((ns) => deployment(ns));
    assert.deepEqual((await judge(sidecarInMesh, [...mesh(unknown), ...waiting])).notes, [
      "Not decided for Deployment a/productpage-v1, Deployment b/productpage-v1, Deployment c/productpage-v1 and 2 more: " +
        "spec.members[0] of ServiceMeshMemberRoll istio-system/default is not known before the update.",
    ]);
  });

  it("calls an object whose name is not known yet by its Pulumi name", async () => {
    const subject = resource(
      tokens.deployment,
      { metadata: { name: unknown, namespace: unknown }, spec: { template: { metadata: asking } } },
      { name: "generated::name" },
    );
    const { notes } = await judge(sidecarInMesh, [...mesh(), subject]);
    assert.match(notes[0] ?? "", /metadata\.namespace of Deployment "generated::name" is not known/);
  });
});
