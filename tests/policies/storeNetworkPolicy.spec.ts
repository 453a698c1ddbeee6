import assert from "node:assert/strict";
import { storeNetworkPolicy } from "../../policies/rules/security/storeNetworkPolicy";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const image = "quay.io/minio/minio:1.0";
const labels = { "app.kubernetes.io/name": "minio" };
const minio = (
  changes: object = {},
  { ns = "tracing", token = "apps/v1:Deployment" }: { ns?: unknown; token?: string } = {},
): Resource =>
  resource(token, {
    metadata: { name: "minio", namespace: ns },
    spec: { template: { metadata: { labels }, spec: { containers: [{ image }] }, ...changes } },
  });
const policy = (spec: object, ns: unknown = "tracing"): Resource =>
  resource("networking.k8s.io/v1:NetworkPolicy", { metadata: { name: "p", namespace: ns }, spec });
const selecting = (matchLabels: unknown, more: object = {}, ns?: unknown): Resource =>
  policy({ podSelector: { matchLabels }, ...more }, ns);
const tempo = (networkPolicy: unknown, kind = "TempoStack", name: unknown = "simplest"): Resource =>
  resource(`tempo.grafana.com/v1alpha1:${kind}`, { metadata: { name, namespace: "tracing" }, spec: { networkPolicy } });

const messages = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(storeNetworkPolicy, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message);
};
const end = "and no NetworkPolicy of the stack selects its pods, so every pod of the cluster reaches them.";

describe("store-network-policy", () => {
  it("names an object store that nothing protects, and the fix", async () => {
    assert.deepEqual(await messages(minio()), [
      `Deployment tracing/minio: metadata.namespace is "tracing", ${end} Declare a NetworkPolicy that lets in the pods that need the store.`,
    ]);
  });

  it("accepts a policy that selects its pods for ingress", async () => {
    for (const covering of [
      selecting(labels),
      policy({ podSelector: {} }),
      selecting(labels, { policyTypes: ["Egress", "Ingress"] }),
      policy({ podSelector: { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "Exists" }] } }),
    ]) {
      assert.deepEqual(await messages(minio(), policy({ podSelector: { matchLabels: { a: "b" } } }), covering), []);
    }
  });

  it("does not accept one for other pods, another namespace or egress only", async () => {
    for (const other of [
      selecting({ "app.kubernetes.io/name": "tempo" }),
      selecting(labels, {}, "other"),
      selecting(labels, { policyTypes: ["Egress"] }),
    ]) {
      assert.equal((await messages(minio(), other)).length, 1);
    }
  });

  it("relies on the operator's policies for a TempoStack, unless they are off", async () => {
    assert.deepEqual(await messages(tempo(undefined)), []);
    assert.deepEqual(await messages(tempo({ enabled: true })), []);
    assert.deepEqual(await messages(tempo({ enabled: false })), [
      `TempoStack tracing/simplest: spec.networkPolicy.enabled is false, ${end} Remove it, and the operator makes the policies.`,
    ]);
    assert.equal((await messages(tempo({ enabled: false }, "TempoStackPatch"))).length, 1);
  });

  it("knows the labels of Tempo's pods", async () => {
    const common = { "app.kubernetes.io/instance": "simplest", "app.kubernetes.io/managed-by": "tempo-operator" };
    for (const [kind, name] of [
      ["TempoStack", "tempo"],
      ["TempoMonolithic", "tempo-monolithic"],
    ] as const) {
      const subject = tempo({ enabled: false }, kind);
      assert.deepEqual(await messages(subject, selecting({ ...common, "app.kubernetes.io/name": name })), [], kind);
      for (const other of [
        { "app.kubernetes.io/instance": "other" },
        { "app.kubernetes.io/name": "minio" },
        { ...common, "app.kubernetes.io/component": "distributor" },
      ]) {
        assert.equal((await messages(subject, selecting(other))).length, 1, kind);
      }
    }
  });

  it("asks for a policy around a TempoMonolithic, which the operator does not make", async () => {
    assert.deepEqual(await messages(tempo(undefined, "TempoMonolithic")), [
      `TempoMonolithic tracing/simplest: metadata.namespace is "tracing", ${end} Declare a NetworkPolicy that lets in the pods that need the store.`,
    ]);
    assert.deepEqual(await messages(tempo(undefined, "TempoMonolithicPatch")), []);
  });

  it("leaves other workloads and patches alone", async () => {
    assert.deepEqual(await messages(minio({ spec: { containers: [{ image: "quay.io/minio/mc:1" }] } })), []);
    assert.deepEqual(await messages(minio({}, { token: "apps/v1:DeploymentPatch" })), []);
    assert.deepEqual(await messages(resource("core/v1:Service", {})), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [minio({ spec: { containers: [{ image: unknown }] } })],
      [minio({ metadata: { labels: unknown } }), selecting(labels)],
      [minio({}, { ns: unknown }), selecting(labels)],
      [minio(), selecting(labels, {}, unknown)],
      [minio(), selecting(unknown)],
      [minio(), selecting(labels, { policyTypes: [unknown] })],
      [tempo({ enabled: unknown })],
      [tempo({ enabled: false }, "TempoStack", unknown), selecting({ "app.kubernetes.io/instance": "simplest" })],
    ]) {
      const { violations, notes } = await judge(storeNetworkPolicy, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for .* is not known before the update\.$/);
    }
    assert.deepEqual(await messages(minio(), selecting(unknown), selecting(labels)), []);
  });
});
