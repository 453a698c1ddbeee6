import assert from "node:assert/strict";
import { kinds, KubernetesObject, stackOf } from "../../policies/match";
import { resource } from "./helper";

const object = (token: string, props: Record<string, unknown> = {}) => KubernetesObject.from(resource(token, props));

describe("matching by type token", () => {
  it("knows a kind in all its versions and as a patch", () => {
    for (const token of ["telemetry.istio.io/v1:Telemetry", "telemetry.istio.io/v1alpha1:TelemetryPatch"]) {
      assert.equal(object(token)?.is(kinds.telemetry), true, token);
    }
    assert.equal(object("telemetry.istio.io/v1:TelemetryPatch")?.isPatch, true);
    assert.equal(object("telemetry.istio.io/v1:Telemetry")?.isPatch, false);
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
    ]) {
      assert.equal(KubernetesObject.from({ type, urn: "", props: {} }), undefined, type);
    }
  });

  it("finds the stack in the URN", () => {
    assert.equal(
      stackOf("urn:pulumi:prod::mesh-tracing::mesh-tracing:mesh:ServiceMesh$kubernetes:core/v1:Pod::a::b"),
      "prod",
    );
  });
});
