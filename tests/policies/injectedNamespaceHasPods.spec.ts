import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { injectedNamespaceHasPods as rule } from "../../policies/rules/membership/injectedNamespaceHasPods";
import { deployment, judge, namespace, unknown } from "./helper";
import { discovering, enabled, istio, revision } from "./sail";

const identity = { app: "front", version: "v1" };
const pods = (ns: string, metadata: object = { labels: identity }) => deployment(ns, metadata);
const count = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.length;
};

describe("injected-namespace-has-pods", () => {
  it("advises against a label on a namespace without pods, while others get no sidecar", async () => {
    const subject = namespace("shops", enabled);
    assert.deepEqual((await judge(rule, [istio(), namespace("shop"), subject, pods("shop")])).violations, [
      {
        message:
          'Namespace shops: metadata.labels["istio-injection"] is "enabled", but the stack has no pods there, and those in ' +
          'Namespace shop get no sidecar. Label Namespace shop, or its pods sidecar.istio.io/inject: "false" if that is meant.',
        urn: subject.urn,
      },
    ]);
    assert.equal(await count(istio(), namespace("shop"), namespace("shops", revision("default")), pods("shop")), 1);
  });

  it("accepts a namespace that has pods, and others that say whether they are in the mesh", async () => {
    const labelled = namespace("shops", enabled);
    assert.equal(await count(istio(), namespace("shop"), labelled, pods("shop"), pods("shops")), 0);
    for (const labels of [
      enabled,
      { "istio-injection": "disabled" },
      revision("x"),
      { "istio.io/dataplane-mode": "ambient" },
    ]) {
      assert.equal(await count(istio(), namespace("shop", labels), labelled, pods("shop")), 0);
    }
    for (const value of ["true", "false"]) {
      const metadata = { labels: { ...identity, "sidecar.istio.io/inject": value } };
      assert.equal(await count(istio(), namespace("shop"), labelled, pods("shop", metadata)), 0);
      const annotated = { labels: identity, annotations: { "sidecar.istio.io/inject": value } };
      assert.equal(await count(istio(), namespace("shop"), labelled, pods("shop", annotated)), 0);
    }
  });

  it("takes only pods with a mesh's labels for meant, in namespaces that a mesh has", async () => {
    const labelled = namespace("shops", enabled);
    const store = pods("shop", { labels: { "app.kubernetes.io/name": "minio" } });
    assert.equal(await count(istio(), namespace("shop"), labelled, store), 0);
    const selecting = discovering({ matchLabels: enabled });
    assert.equal(await count(selecting, namespace("shop"), labelled, pods("shop")), 0);
    assert.equal(await count(istio(), namespace("shop"), pods("shop")), 0);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      [namespace("shop"), namespace("shops", { "istio-injection": unknown })],
      [namespace(unknown), namespace("shops", enabled)],
    ]) {
      const { violations, notes } = await judge(rule, [istio(), pods("shop"), ...subject]);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
  });
});
