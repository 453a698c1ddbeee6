import assert from "node:assert/strict";
import fc from "fast-check";
import { samplingUnitsAgree } from "../../policies/rules/sampling/samplingUnitsAgree";
import { controlPlane, judge, resource, telemetry, tokens, unknown } from "./helper";

const pair = (sampling: unknown, percentage: unknown) => [
  controlPlane({ tracing: { sampling } }),
  telemetry([{ randomSamplingPercentage: percentage }]),
];

describe("sampling-units-agree", () => {
  it("names the trap when the control plane has the Telemetry's number", async () => {
    const [plane, mesh] = pair(100, 100);
    assert.ok(plane && mesh);
    const { violations } = await judge(samplingUnitsAgree, [plane, mesh]);
    assert.deepEqual(violations, [
      {
        message:
          "ServiceMeshControlPlane istio-system/istio-system: spec.tracing.sampling is 100, in units of 0.01 %, that is 1 %, " +
          "but spec.tracing[0].randomSamplingPercentage of Telemetry istio-system/mesh-default asks for 100 %, " +
          "the same number in another unit. Set it to 10000.",
        urn: plane.urn,
      },
    ]);
  });

  it("blames the Telemetry when it has the control plane's number", async () => {
    const [plane, mesh] = pair(10000, 10000);
    assert.ok(plane && mesh);
    const { violations } = await judge(samplingUnitsAgree, [plane, mesh]);
    assert.equal(violations[0]?.urn, mesh.urn);
    assert.match(
      violations[0]?.message ?? "",
      /in units of percent.*asks for 100 %, the same number.*Set it to 100\.$/,
    );
  });

  it("refuses rates that just differ", async () => {
    const { violations } = await judge(samplingUnitsAgree, pair(500, 10));
    assert.equal(violations.length, 1);
    assert.match(violations[0]?.message ?? "", /is 500, .*that is 5 %, but .* asks for 10 %\. Set it to 1000\.$/);
  });

  it("accepts the same rate in two units, and 0 in both", async () => {
    for (const [sampling, percentage] of [
      [10000, 100],
      [2900, 29],
      [29, 0.29],
      [1, 0.01],
      [0, 0],
    ]) {
      assert.deepEqual((await judge(samplingUnitsAgree, pair(sampling, percentage))).violations, []);
    }
  });

  it("accepts a pair exactly when the one is a hundred times the other", async () => {
    const hundredths = fc.integer({ min: 0, max: 10000 });
    await fc.assert(
      fc.asyncProperty(hundredths, hundredths, async (sampling, wanted) => {
        const { violations } = await judge(samplingUnitsAgree, pair(sampling, wanted / 100));
        assert.equal(violations.length, sampling === wanted ? 0 : 1);
        if (sampling !== wanted) {
          assert.ok(violations[0]?.message.endsWith(`Set it to ${wanted}.`));
        }
      }),
    );
  });

  it("compares only with Telemetry of the whole mesh", async () => {
    const narrow = [
      telemetry([{ randomSamplingPercentage: 5 }], { ns: "bookinfo" }),
      telemetry([{ randomSamplingPercentage: 5 }], { name: "one", spec: { selector: { matchLabels: { app: "x" } } } }),
      telemetry([{ randomSamplingPercentage: 5 }], {
        name: "two",
        spec: { targetRefs: [{ kind: "Gateway", name: "x" }] },
      }),
      telemetry([{ randomSamplingPercentage: 5 }], {
        name: "three",
        spec: { targetRef: { kind: "Gateway", name: "x" } },
      }),
    ];
    assert.deepEqual(
      (await judge(samplingUnitsAgree, [controlPlane({ tracing: { sampling: 10000 } }), ...narrow])).violations,
      [],
    );
  });

  it("compares a Sail control plane in percent, with Telemetry of its root namespace", async () => {
    const istio = resource(tokens.istio, {
      metadata: { name: "default" },
      spec: {
        namespace: "istio-system",
        values: { pilot: { traceSampling: 10 }, meshConfig: { rootNamespace: "istio-config" } },
      },
    });
    const inRoot = (percentage: number) =>
      telemetry([{ randomSamplingPercentage: percentage }], { ns: "istio-config" });
    assert.deepEqual((await judge(samplingUnitsAgree, [istio, inRoot(10)])).violations, []);
    assert.equal((await judge(samplingUnitsAgree, [istio, inRoot(1)])).violations.length, 1);
    assert.deepEqual(
      (await judge(samplingUnitsAgree, [istio, telemetry([{ randomSamplingPercentage: 1 }])])).violations,
      [],
    );
  });

  it("says nothing of a rate that is left out", async () => {
    for (const resources of [pair(undefined, 50), pair(50, undefined)]) {
      const { violations, notes } = await judge(samplingUnitsAgree, resources);
      assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      pair(unknown, 50),
      pair(50, unknown),
      [controlPlane({ tracing: { sampling: 50 } }), telemetry(unknown)],
      [controlPlane({ tracing: { sampling: 50 } }), telemetry([{ randomSamplingPercentage: 1 }], { ns: unknown })],
      [controlPlane({ tracing: { sampling: 50 } }), telemetry([], { spec: { selector: unknown } })],
    ]) {
      const { violations, notes } = await judge(samplingUnitsAgree, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
  });
});
