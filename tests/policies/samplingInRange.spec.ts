import assert from "node:assert/strict";
import fc from "fast-check";
import { samplingInRange } from "../../policies/rules/sampling/samplingInRange";
import { controlPlane, deployment, judge, resource, telemetry, tokens, unknown } from "./helper";

const istio = (values: object) => resource(tokens.istio, { metadata: { name: "default" }, spec: { values } });
const defaultSampling = (sampling: unknown) => istio({ meshConfig: { defaultConfig: { tracing: { sampling } } } });
const annotated = (text: unknown) => deployment("bookinfo", { annotations: { "proxy.istio.io/config": text } });
const sampled = (randomSamplingPercentage: unknown) => telemetry([{ randomSamplingPercentage }]);

const messages = async (...resources: Parameters<typeof judge>[1]) =>
  (await judge(samplingInRange, resources)).violations.map(({ message }) => message);

describe("sampling-in-range", () => {
  it("names the field, the value, what Istio makes of it, and the fix", async () => {
    const subject = defaultSampling(10000);
    assert.deepEqual((await judge(samplingInRange, [subject])).violations, [
      {
        message:
          "Istio default: spec.values.meshConfig.defaultConfig.tracing.sampling is 10000, not a percentage, so Istio samples 1 % instead, " +
          "without an error. Set it to a number from 0 to 100, in units of percent.",
        urn: subject.urn,
      },
    ]);
  });

  it("judges every place in percent that takes any number", async () => {
    const places: readonly ((value: number) => Parameters<typeof judge>[1][number])[] = [
      defaultSampling,
      (traceSampling) => istio({ pilot: { traceSampling } }),
      (value) => istio({ pilot: { env: { PILOT_TRACE_SAMPLING: `${value}` } } }),
      (sampling) => controlPlane({ techPreview: { meshConfig: { defaultConfig: { tracing: { sampling } } } } }),
      (value) =>
        controlPlane({
          runtime: { components: { pilot: { container: { env: { PILOT_TRACE_SAMPLING: `${value}` } } } } },
        }),
      (value) => annotated(`concurrency: 2\ntracing:\n  zipkin: {}\n  sampling: ${value}\n`),
      (value) => annotated(`{"tracing":{"sampling":${value}}}`),
    ];
    for (const place of places) {
      assert.deepEqual(await messages(place(0), place(0.01), place(1), place(100)), []);
      const [above, below, ...others] = await messages(place(100.01), place(-1));
      assert.match(above ?? "", /100\.01.*not a percentage, so Istio samples 1 % instead/);
      assert.match(below ?? "", /-1.*not a percentage/);
      assert.deepEqual(others, []);
    }
  });

  it("refuses a variable of istiod that is no number", async () => {
    for (const text of ["all", "", "10%"]) {
      const [message] = await messages(istio({ pilot: { env: { PILOT_TRACE_SAMPLING: text } } }));
      assert.ok(message?.includes(`PILOT_TRACE_SAMPLING is "${text}", not a percentage`), message);
    }
  });

  it("refuses what the API server refuses, in the field's own unit", async () => {
    assert.deepEqual(await messages(sampled(0), sampled(100), controlPlane({ tracing: { sampling: 10000 } })), []);
    assert.match((await messages(sampled(100.5)))[0] ?? "", /is 100\.5, outside of what the API server takes/);
    assert.match((await messages(sampled(-0.5)))[0] ?? "", /is -0\.5, outside/);
    const [message] = await messages(controlPlane({ tracing: { sampling: 10001 } }));
    assert.match(message ?? "", /is 10001, outside .* Set it to a number from 0 to 10000, in units of 0\.01 %\.$/);
  });

  it("takes a control plane's 100 for the 1 % that it is", async () => {
    assert.deepEqual(await messages(controlPlane({ tracing: { sampling: 100 } })), []);
  });

  it("refuses a rate that proxies take for zero", async () => {
    assert.match((await messages(sampled(0.004)))[0] ?? "", /is 0\.004, finer than the 0\.01 % .*nothing is traced/);
    assert.deepEqual(await messages(sampled(0.005), sampled(0.01)), []);
  });

  it("reads the annotation as the injection webhook does, comments and other settings aside", async () => {
    for (const text of [
      "tracing:\n  # sampling: 1000\n  sampling: 10",
      "tracing: {} # sampling: 1000",
      "concurrency: 1000",
      "tracing:\n  custom_tags:\n    sampling:\n      literal: {value: '1000'}",
    ]) {
      assert.deepEqual(await messages(annotated(text)), [], text);
    }
    assert.equal((await messages(annotated("tracing:\n  'sampling': '1000'"))).length, 1);
  });

  it("judges patches, other API versions, and every kind of workload", async () => {
    for (const token of ["telemetry.istio.io/v1:TelemetryPatch", "telemetry.istio.io/v1alpha1:Telemetry"]) {
      const spec = { tracing: [{}, { randomSamplingPercentage: 101 }] };
      assert.match((await messages(resource(token, { spec }, { name: "x" })))[0] ?? "", /tracing\[1\]\.random/);
    }
    const metadata = { annotations: { "proxy.istio.io/config": "tracing: {sampling: 200}" } };
    const pod = resource("core/v1:Pod", { metadata: { name: "x", ...metadata } });
    const cronJob = resource("batch/v1:CronJobPatch", {
      metadata: { name: "x" },
      spec: { jobTemplate: { spec: { template: { metadata } } } },
    });
    assert.equal((await messages(pod, cronJob)).length, 2);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(samplingInRange, [
      sampled(unknown),
      defaultSampling(unknown),
      annotated(unknown),
      istio({ pilot: { env: { PILOT_TRACE_SAMPLING: unknown } } }),
    ]);
    assert.deepEqual(violations, []);
    assert.equal(notes.length, 4);
  });

  it("is not meant for other kinds, and accepts objects without a rate", async () => {
    const others = [resource("core/v1:Service", {}), deployment("bookinfo"), controlPlane(), istio({})];
    assert.deepEqual(await judge(samplingInRange, others), { violations: [], notes: [], notApplicable: 1 });
  });

  it("accepts exactly the percentages", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -20000, max: 20000 }), async (hundredths) => {
        const isPercentage = hundredths >= 0 && hundredths <= 10000;
        assert.equal((await messages(defaultSampling(hundredths / 100))).length, isPercentage ? 0 : 1);
        assert.equal((await messages(sampled(hundredths / 100))).length, isPercentage ? 0 : 1);
      }),
    );
  });
});
