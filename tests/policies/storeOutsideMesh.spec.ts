import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { storeOutsideMesh as rule } from "../../policies/rules/membership/storeOutsideMesh";
import { controlPlane, deployment, judge, memberOf, roll, unknown } from "./helper";
import { istio, otel, tempoMonolithic, tempoStack, withProviders, zipkin } from "./traceObjects";

const collecting = (spec: object = {}) =>
  controlPlane({ ...withProviders(otel("otel-collector.istio-system.svc.cluster.local")), ...spec });
const count = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.length;
};

describe("store-outside-mesh", () => {
  it("advises against a store as member that no proxy sends to", async () => {
    const subject = roll("bookinfo", "tracing-system");
    assert.deepEqual((await judge(rule, [collecting(), subject, tempoStack()])).violations, [
      {
        message:
          'ServiceMeshMemberRoll istio-system/default: spec.members[1] is "tracing-system", the namespace of TempoStack ' +
          "tracing-system/simplest, to which no proxy sends; as a member it gets NetworkPolicies that let in the mesh alone. " +
          "Remove it from spec.members.",
        urn: subject.urn,
      },
    ]);
    assert.equal(await count(collecting(), roll("tracing-system"), tempoMonolithic()), 1);
    const { violations } = await judge(rule, [collecting(), memberOf("tracing-system"), tempoStack()]);
    assert.match(violations[0]?.message ?? "", /Remove this ServiceMeshMember\.$/);
  });

  it("accepts a store that a provider sends to, as that of the reference", async () => {
    assert.equal(await count(controlPlane(), roll("tracing-system"), tempoStack()), 0);
    const both = controlPlane(withProviders(otel("c.istio-system.svc.cluster.local"), zipkin()));
    assert.equal(await count(both, roll("tracing-system"), tempoStack()), 0);
  });

  it("accepts a member with sidecars, without a store, or without NetworkPolicies of the operator", async () => {
    assert.equal(await count(collecting(), roll("tracing-system"), tempoStack(), deployment("tracing-system")), 0);
    assert.equal(await count(collecting(), roll("tracing-system"), tempoStack({}, { ns: "tempo" })), 0);
    const own = collecting({ security: { manageNetworkPolicy: false } });
    assert.equal(await count(own, roll("tracing-system"), tempoStack()), 0);
  });

  it("says nothing where the control plane is not the stack's, or Istio's own", async () => {
    assert.equal(await count(roll("tracing-system"), tempoStack()), 0);
    const patch = { ...collecting(), type: `${collecting().type}Patch` };
    assert.equal(await count(patch, roll("tracing-system"), tempoStack()), 0);
    assert.equal(await count(istio([otel("c.istio-system.svc.cluster.local")]), tempoStack()), 0);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      [controlPlane(withProviders(otel(unknown))), roll("tracing-system")],
      [collecting({ security: { manageNetworkPolicy: unknown } }), roll("tracing-system")],
      [collecting(), roll(unknown)],
    ]) {
      const { violations, notes } = await judge(rule, [...subject, tempoStack()]);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
  });
});
