import assert from "node:assert/strict";
import fc from "fast-check";
import { samplingWithinLimit } from "../../policies/rules/sampling/samplingWithinLimit";
import { controlPlane, judge, resource, telemetry, tokens, unknown } from "./helper";

const sampled = (percent: unknown, stack: string) =>
  telemetry([{ providers: [{ name: "tempo" }], randomSamplingPercentage: percent }], { stack });

const messages = async (...args: Parameters<typeof judge> extends [unknown, ...infer Rest] ? Rest : never) =>
  (await judge(samplingWithinLimit, ...args)).violations.map(({ message }) => message);

describe("sampling-within-limit", () => {
  const limits: readonly (readonly [string, number])[] = [
    ["dev", 100],
    ["staging", 10],
    ["prod", 5],
    ["review-42", 5],
    ["constructor", 5],
  ];
  for (const [stack, limit] of limits) {
    it(`allows ${limit} % in ${stack} and no step more`, async () => {
      assert.deepEqual(
        await messages([sampled(limit, stack), controlPlane({ tracing: { sampling: limit * 100 } }, stack)]),
        [],
      );
      assert.equal((await messages([sampled(limit + 0.01, stack)])).length, 1);
      assert.equal((await messages([controlPlane({ tracing: { sampling: limit * 100 + 1 } }, stack)])).length, 1);
    });
  }

  it("names the Telemetry, the field, the value, the limit and the fix", async () => {
    const subject = sampled(25, "staging");
    const { violations } = await judge(samplingWithinLimit, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          "Telemetry istio-system/mesh-default: spec.tracing[0].randomSamplingPercentage is 25, that is 25 % of requests, " +
          'above the limit of 10 % for environment "staging". Set it to at most 10, or raise limits.staging of policy sampling-within-limit.',
        urn: subject.urn,
      },
    ]);
  });

  it("reads the control plane's value in units of 0.01 %", async () => {
    const [message] = await messages([controlPlane({ tracing: { sampling: 2500 } }, "staging")]);
    assert.match(message ?? "", /^ServiceMeshControlPlane istio-system\/istio-system: spec\.tracing\.sampling is 2500/);
    assert.match(message ?? "", /that is 25 % of requests.*Set it to at most 1000,/);
  });

  it("judges each entry of a Telemetry", async () => {
    const entries = [{ randomSamplingPercentage: 1 }, { match: { mode: "CLIENT" }, randomSamplingPercentage: 50 }];
    const found = await messages([telemetry(entries, { stack: "prod" })]);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /spec\.tracing\[1\]\.randomSamplingPercentage is 50/);
  });

  it("judges the values of a Sail control plane, in percent", async () => {
    const values = { pilot: { traceSampling: 20 }, meshConfig: { defaultConfig: { tracing: { sampling: 30 } } } };
    const found = await messages([
      resource(tokens.istio, { metadata: { name: "default" }, spec: { values } }, { stack: "staging" }),
    ]);
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /^Istio default: spec\.values\.pilot\.traceSampling is 20/);
    assert.match(found[1] ?? "", /spec\.values\.meshConfig\.defaultConfig\.tracing\.sampling is 30/);
  });

  it("judges Telemetry of a namespace, and what single workloads ask for", async () => {
    const config = "tracing:\n  sampling: 30\n";
    const [ofNamespace, ofWorkload, ...others] = await messages([
      telemetry([{ randomSamplingPercentage: 30 }], { ns: "bookinfo", name: "more", stack: "staging" }),
      resource(
        tokens.deployment,
        {
          metadata: { name: "x", namespace: "bookinfo" },
          spec: { template: { metadata: { annotations: { "proxy.istio.io/config": config } } } },
        },
        { stack: "staging" },
      ),
    ]);
    assert.match(ofNamespace ?? "", /^Telemetry bookinfo\/more: .* is 30, that is 30 % of requests/);
    assert.match(
      ofWorkload ?? "",
      /^Deployment bookinfo\/x: spec\.template\.metadata\.annotations\["proxy\.istio\.io\/config"\]\.tracing\.sampling is 30, that is 30 %/,
    );
    assert.deepEqual(others, []);
  });

  it("judges istiod's variable, and leaves what Istio takes for 1 % to the rule on ranges", async () => {
    const istio = (values: object) =>
      resource(tokens.istio, { metadata: { name: "default" }, spec: { values } }, { stack: "staging" });
    const variable = (value: string) => istio({ pilot: { env: { PILOT_TRACE_SAMPLING: value } } });
    assert.match((await messages([variable("30")]))[0] ?? "", /PILOT_TRACE_SAMPLING is 30, that is 30 %/);
    assert.equal((await messages([variable("100")])).length, 1);
    assert.deepEqual(
      await messages([variable("100.01"), variable("many"), istio({ pilot: { traceSampling: 3000 } })]),
      [],
    );
  });

  it("judges patches and other API versions too", async () => {
    const spec = { tracing: [{ randomSamplingPercentage: 50 }] };
    for (const token of ["telemetry.istio.io/v1alpha1:TelemetryPatch", "telemetry.istio.io/v1:Telemetry"]) {
      assert.equal((await messages([resource(token, { metadata: { name: "x" }, spec }, { stack: "prod" })])).length, 1);
    }
  });

  it("takes limits from its configuration, and keeps the defaults of the others", async () => {
    assert.deepEqual(await messages([sampled(50, "prod")], { limits: { prod: 50 } }), []);
    assert.equal((await messages([sampled(11, "staging")], { limits: { prod: 50 } })).length, 1);
    assert.deepEqual(await messages([sampled(20, "review-42")], { otherLimit: 20 }), []);
    const [message] = await messages([sampled(21, "review-42")], { otherLimit: 20 });
    assert.match(message ?? "", /limit of 20 %.*raise otherLimit of/);
    assert.equal((await messages([sampled(0.01, "prod")], { limits: { prod: 0 } })).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(samplingWithinLimit, [
      sampled(unknown, "prod"),
      telemetry(unknown, { stack: "prod", name: "other" }),
      controlPlane({ tracing: { sampling: 10000 } }, "prod"),
    ]);
    assert.equal(violations.length, 1);
    assert.deepEqual(notes, [
      "Not decided for Telemetry istio-system/mesh-default: spec.tracing[0].randomSamplingPercentage of Telemetry istio-system/mesh-default is not known before the update.",
      "Not decided for Telemetry istio-system/other: spec.tracing of Telemetry istio-system/other is not known before the update.",
    ]);
  });

  it("judges both units alike for every step of 0.01 %", async () => {
    const hundredths = fc.integer({ min: 0, max: 10000 });
    await fc.assert(
      fc.asyncProperty(hundredths, hundredths, async (value, limit) => {
        const config = { limits: { dev: limit / 100 } };
        const byTelemetry = await messages([sampled(value / 100, "dev")], config);
        const byControlPlane = await messages([controlPlane({ tracing: { sampling: value } })], config);
        assert.equal(byTelemetry.length, value > limit ? 1 : 0);
        assert.equal(byControlPlane.length, value > limit ? 1 : 0);
      }),
    );
  });
});
