import assert from "node:assert/strict";
import { singleMeshWideTelemetry } from "../../policies/rules/sampling/singleMeshWideTelemetry";
import { controlPlane, judge, resource, roll, telemetry, tokens, unknown } from "./helper";

const second = (spec: object = {}, ns: string = "istio-system") =>
  telemetry([{ randomSamplingPercentage: 1 }], { name: "second", ns, spec });

describe("single-mesh-wide-telemetry", () => {
  it("refuses a second one", async () => {
    const subject = second();
    const { violations } = await judge(singleMeshWideTelemetry, [controlPlane(), subject, telemetry()]);
    assert.deepEqual(violations, [
      {
        message:
          'Telemetry istio-system/second: metadata.namespace is "istio-system", the mesh\'s root namespace, and it selects no workloads, ' +
          "so it is mesh-wide beside Telemetry istio-system/mesh-default: only the older of the two takes effect. " +
          "Merge them, or give this one a selector or a namespace of its own.",
        urn: subject.urn,
      },
    ]);
  });

  it("refuses each one after the first, an empty selector being none", async () => {
    const third = telemetry([], { name: "third", spec: { selector: { matchLabels: {} } } });
    assert.equal((await judge(singleMeshWideTelemetry, [roll(), telemetry(), second(), third])).violations.length, 2);
  });

  it("refuses one without tracing beside the one that sets it, for the older hides the other", async () => {
    const without = (name: string) => telemetry(undefined, { name, spec: { tracing: undefined, metrics: [{}] } });
    for (const metricsOnly of [without("a-metrics"), without("z-metrics")]) {
      for (const resources of [
        [metricsOnly, telemetry()],
        [telemetry(), metricsOnly],
      ]) {
        const { violations } = await judge(singleMeshWideTelemetry, [controlPlane(), ...resources]);
        assert.deepEqual(
          violations.map(({ urn }) => urn),
          [metricsOnly.urn],
        );
      }
    }
    const metricsOnly = without("metrics");
    const alsoWithout = telemetry(undefined, { name: "logs", spec: { tracing: [] } });
    assert.deepEqual((await judge(singleMeshWideTelemetry, [controlPlane(), metricsOnly, alsoWithout])).violations, []);
  });

  it("accepts others that are narrower, and a patch of the same one", async () => {
    const patch = resource(`${tokens.telemetry}Patch`, {
      metadata: { name: "mesh-default", namespace: "istio-system" },
      spec: { tracing: [{}] },
    });
    const others = [second({ selector: { matchLabels: { app: "x" } } }), second({}, "bookinfo"), patch];
    assert.deepEqual((await judge(singleMeshWideTelemetry, [controlPlane(), telemetry(), ...others])).violations, []);
  });

  it("knows the root namespace of a Sail mesh", async () => {
    const istio = resource(tokens.istio, {
      metadata: { name: "default" },
      spec: { namespace: "istio-system", values: { meshConfig: { rootNamespace: "config" } } },
    });
    const twoIn = (ns: string) => [istio, second({}, ns), telemetry(undefined, { ns })];
    assert.equal((await judge(singleMeshWideTelemetry, twoIn("config"))).violations.length, 1);
    assert.deepEqual((await judge(singleMeshWideTelemetry, twoIn("istio-system"))).violations, []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const other of [second({ selector: unknown }), second({ targetRefs: unknown }), second({}, unknown)]) {
      const { violations, notes } = await judge(singleMeshWideTelemetry, [controlPlane(), telemetry(), other]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for Telemetry .* is not known before the update\.$/);
    }
    const unnamed = await judge(singleMeshWideTelemetry, [
      controlPlane(),
      telemetry(),
      telemetry([{}], { name: unknown }),
    ]);
    assert.deepEqual([unnamed.violations.length, unnamed.notes.length], [0, 1]);
    const alone = await judge(singleMeshWideTelemetry, [controlPlane(), telemetry(unknown)]);
    assert.deepEqual([alone.violations, alone.notes], [[], []]);
    const withUnknownTracing = telemetry(unknown, { name: "second" });
    assert.equal(
      (await judge(singleMeshWideTelemetry, [controlPlane(), telemetry(), withUnknownTracing])).violations.length,
      1,
    );
  });
});
