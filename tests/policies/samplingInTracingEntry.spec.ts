import assert from "node:assert/strict";
import { samplingInTracingEntry } from "../../policies/rules/sampling/samplingInTracingEntry";
import { judge, mend, resource, secret, telemetry, unknown } from "./helper";

const messages = async (tracing: unknown, spec: object = {}) =>
  (await judge(samplingInTracingEntry, [telemetry(tracing, { spec })])).violations.map(({ message }) => message);

const mended = async (tracing: unknown) =>
  ((await mend(samplingInTracingEntry, telemetry(tracing)))?.props["spec"] as { tracing: unknown } | undefined)
    ?.tracing;

describe("sampling-in-tracing-entry", () => {
  it("refuses a rate under providers, with the field and the place where it belongs", async () => {
    const subject = telemetry([{ providers: [{ name: "otel", randomSamplingPercentage: 100 }] }]);
    assert.deepEqual((await judge(samplingInTracingEntry, [subject])).violations, [
      {
        message:
          "Telemetry istio-system/mesh-default: spec.tracing[0].providers[0].randomSamplingPercentage is 100, a field that Telemetry does not have, " +
          "so the API server drops it and the rate does not hold. Move it to spec.tracing[].randomSamplingPercentage.",
        urn: subject.urn,
      },
    ]);
  });

  it("finds every other place and spelling", async () => {
    assert.match(
      (await messages([], { randomSamplingPercentage: 1 }))[0] ?? "",
      /: spec\.randomSamplingPercentage is 1/,
    );
    assert.match((await messages([{ samplingPercentage: 1 }]))[0] ?? "", /spec\.tracing\[0\]\.samplingPercentage/);
    assert.match((await messages([{ match: { sampling: 1 } }]))[0] ?? "", /spec\.tracing\[0\]\.match\.sampling/);
    assert.match((await messages([{}, { random_sampling_percentage: 1 }]))[0] ?? "", /tracing\[1\]\.random_sampling/);
    assert.equal((await messages([{ providers: [{ sampling: 1 }, { sampling: 2 }] }])).length, 2);
  });

  it("accepts the settings that Telemetry has", async () => {
    const entry = {
      providers: [{ name: "otel" }],
      randomSamplingPercentage: 1,
      useRequestIdForTraceSampling: false,
      match: { mode: "CLIENT" },
      customTags: { sampling: { literal: { value: "x" } } },
    };
    assert.deepEqual(await messages([entry]), []);
  });

  it("judges patches and both API versions", async () => {
    const spec = { tracing: [{ providers: [{ randomSamplingPercentage: 1 }] }] };
    for (const token of ["telemetry.istio.io/v1alpha1:TelemetryPatch", "telemetry.istio.io/v1:Telemetry"]) {
      const { violations } = await judge(samplingInTracingEntry, [resource(token, { spec }, { name: "x" })]);
      assert.equal(violations.length, 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const tracing of [
      unknown,
      [unknown],
      [{ providers: unknown }],
      [{ match: unknown }],
      [{ providers: [unknown] }],
    ]) {
      const { violations, notes } = await judge(samplingInTracingEntry, [telemetry(tracing)]);
      assert.deepEqual(violations, []);
      assert.ok(notes.length > 0);
    }
    const rate = [{ randomSamplingPercentage: unknown, providers: [{ name: unknown }] }];
    assert.deepEqual((await judge(samplingInTracingEntry, [telemetry(rate)])).notes, []);
  });

  describe("its remediation", () => {
    it("moves the rate out of the providers", async () => {
      assert.deepEqual(
        await mended([{ providers: [{ name: "a", randomSamplingPercentage: 5 }] }, { match: { mode: "CLIENT" } }]),
        [{ providers: [{ name: "a" }], randomSamplingPercentage: 5 }, { match: { mode: "CLIENT" } }],
      );
      assert.deepEqual(
        await mended([{ providers: [{ randomSamplingPercentage: 5 }, { name: "b", randomSamplingPercentage: 5 }] }]),
        [{ providers: [{}, { name: "b" }], randomSamplingPercentage: 5 }],
      );
    });

    it("drops it where the entry has a rate, which holds already", async () => {
      const providers = [{ name: "a", randomSamplingPercentage: 5 }];
      assert.deepEqual(await mended([{ providers, randomSamplingPercentage: 1 }]), [
        { providers: [{ name: "a" }], randomSamplingPercentage: 1 },
      ]);
    });

    it("leaves alone what has no single answer", async () => {
      for (const tracing of [
        [{ providers: [{ randomSamplingPercentage: 5 }, { randomSamplingPercentage: 6 }] }],
        [{ providers: [{ randomSamplingPercentage: "5" }] }],
        [{ providers: [{ randomSamplingPercentage: unknown }] }],
        [{ providers: unknown }],
        [{ samplingPercentage: 5 }],
        unknown,
      ]) {
        assert.equal(await mended(tracing), undefined, JSON.stringify(tracing));
      }
    });

    it("leaves unknown values and secrets as they are", async () => {
      const providers = [{ name: secret("a"), randomSamplingPercentage: 5, other: unknown }];
      assert.deepEqual(await mended([{ providers, customTags: unknown }]), [
        { providers: [{ name: secret("a"), other: unknown }], customTags: unknown, randomSamplingPercentage: 5 },
      ]);
    });
  });
});
