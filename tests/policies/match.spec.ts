import assert from "node:assert/strict";
import { kinds, KubernetesObject, stackOf } from "../../policies/kubernetes/match";
import type { Unknown } from "../../policies/kubernetes/fields";
import { guardUnknowns, resource, unknown } from "./helper";

const object = (token: string, props: Record<string, unknown> = {}) => KubernetesObject.from(resource(token, props));

describe("matching by type token", () => {
  it("knows a kind in all its versions and as a patch", () => {
    for (const token of ["telemetry.istio.io/v1:Telemetry", "telemetry.istio.io/v1alpha1:TelemetryPatch"]) {
      assert.equal(object(token)?.is(kinds.telemetry), true, token);
    }
    assert.equal(object("telemetry.istio.io/v1:TelemetryPatch")?.isPatch, true);
    assert.equal(object("telemetry.istio.io/v1:Telemetry")?.isPatch, false);
  });

  it("takes only the end of a kind for its patch", () => {
    assert.equal(object("example.com/v1:PatchworkPatch")?.toString(), 'Patchwork "unnamed"');
    assert.equal(object("example.com/v1:Patchwork")?.isPatch, false);
  });

  it("tells the namespace: its own, else the provider's, else Kubernetes' default", () => {
    const of = (metadata: object, provider?: object) => {
      const made = resource("core/v1:Pod", { metadata }, provider ? { provider } : {});
      const guarded = provider && { provider: { props: guardUnknowns({ ...provider }) } };
      return KubernetesObject.from({ ...made, ...guarded })?.namespace;
    };
    assert.equal(of({ namespace: "own" }, { namespace: "provider" }), "own");
    assert.equal(of({}, { namespace: "provider" }), "provider");
    assert.equal(of({}, {}), "default");
    assert.equal(of({}), "default");
    const reason = "namespace of the provider is not known before the update";
    assert.equal((of({}, { namespace: unknown }) as Unknown).reason, reason);
  });

  it("is called by namespace and name, or by its Pulumi name while it has none", () => {
    const named = (metadata: object) => object("core/v1:Pod", { metadata })?.toString();
    assert.equal(named({ name: "a", namespace: "b" }), "Pod b/a");
    assert.equal(named({ name: "a" }), "Pod a");
    assert.equal(named({ generateName: "a-" }), 'Pod "unnamed"');
  });

  it("does not take another group's kind for it", () => {
    assert.equal(object("example.com/v1:Telemetry")?.is(kinds.telemetry), false);
    assert.equal(object("networking.istio.io/v1:Gateway")?.is(kinds.telemetry), false);
  });

  it("takes nothing but Kubernetes objects", () => {
    for (const type of [
      "random:index/randomPassword:RandomPassword",
      "pulumi:providers:kubernetes",
      "kubernetes:yaml:ConfigFile",
      "x-kubernetes:core/v1:Pod",
      "kubernetes:core/v1:Pod:inner",
      "kubernetes:core/v1:",
    ]) {
      assert.equal(KubernetesObject.from({ type, urn: "", props: {} }), undefined, type);
    }
  });

  it("finds the stack in the URN", () => {
    assert.equal(
      stackOf("urn:pulumi:prod::mesh-tracing::mesh-tracing:mesh:ServiceMesh$kubernetes:core/v1:Pod::a::b"),
      "prod",
    );
    assert.equal(stackOf("urn:pulumi:a-urn:pulumi:b::p::t::n"), "a-urn:pulumi:b");
    assert.equal(stackOf(""), "");
  });
});
