import assert from "node:assert/strict";
import { samplingRateStated } from "../../policies/rules/sampling/samplingRateStated";
import { controlPlane, judge, resource, telemetry, tokens, unknown } from "./helper";

const tempo = { providers: [{ name: "tempo" }] };
const unstated = (entry: object = {}) => telemetry([{ ...tempo, ...entry }]);
const istio = (values: object = {}) =>
  resource(tokens.istio, { metadata: { name: "default" }, spec: { namespace: "istio-system", values } });

const judged = (...resources: Parameters<typeof judge>[1]) => judge(samplingRateStated, resources);
const messages = async (...resources: Parameters<typeof judge>[1]) =>
  (await judged(...resources)).violations.map(({ message }) => message);

describe("sampling-rate-stated", () => {
  it("asks for a rate where neither the Telemetry nor the control plane states one", async () => {
    const subject = unstated();
    assert.deepEqual((await judged(controlPlane(), subject)).violations, [
      {
        message:
          "Telemetry istio-system/mesh-default: spec.tracing[0].randomSamplingPercentage is not set, and no control plane of the mesh states a rate either: " +
          "1 % of requests are traced. Set it to the wanted percentage.",
        urn: subject.urn,
      },
    ]);
  });

  it("accepts a rate in the Telemetry, 0 included, and in any entry for the direction", async () => {
    for (const tracing of [
      [{ ...tempo, randomSamplingPercentage: 1 }],
      [{ ...tempo, randomSamplingPercentage: 0 }],
      [tempo, { randomSamplingPercentage: 1 }],
      [{ randomSamplingPercentage: 1 }, tempo],
    ]) {
      assert.deepEqual(await messages(controlPlane(), telemetry(tracing)), []);
    }
  });

  it("asks for it in each direction", async () => {
    const client = { match: { mode: "CLIENT" }, randomSamplingPercentage: 1 };
    const server = { match: { mode: "SERVER" } };
    assert.match((await messages(controlPlane(), telemetry([client, server])))[0] ?? "", /tracing\[1\]\.random/);
    assert.deepEqual(await messages(controlPlane(), telemetry([client])), []);
    assert.equal((await messages(controlPlane(), telemetry([client, tempo]))).length, 1);
  });

  it("accepts the rate of the control plane", async () => {
    assert.deepEqual(await messages(controlPlane({ tracing: { sampling: 100 } }), unstated()), []);
    assert.deepEqual(await messages(istio({ pilot: { traceSampling: 5 } }), unstated()), []);
    const byDefault = { meshConfig: { defaultConfig: { tracing: { sampling: 5 } } } };
    assert.deepEqual(await messages(istio(byDefault), unstated()), []);
  });

  it("does not take zero in a control plane for a rate, and says so", async () => {
    const [bySail] = await messages(istio({ pilot: { traceSampling: 0 } }), unstated());
    assert.match(
      bySail ?? "",
      /states a rate either, since Istio takes 0 in spec\.values\.pilot\.traceSampling of Istio default for not set: 1 %/,
    );
    const [byMaistra] = await messages(controlPlane({ tracing: { sampling: 0 } }), unstated());
    assert.match(byMaistra ?? "", /takes 0 in spec\.tracing\.sampling of ServiceMeshControlPlane/);
  });

  it("asks for none where nothing is reported, or where the provider samples by itself", async () => {
    assert.deepEqual(await messages(controlPlane(), unstated({ disableSpanReporting: true })), []);
    assert.equal((await messages(controlPlane(), unstated({ disableSpanReporting: false }))).length, 1);
    assert.deepEqual(await messages(controlPlane(), telemetry([]), telemetry(undefined)), []);
    const opentelemetry = { service: "otel.istio-system.svc", port: 4317, dynatraceSampler: { tenant: "x" } };
    const sampler = istio({ meshConfig: { extensionProviders: [{ name: "tempo", opentelemetry }] } });
    assert.deepEqual(await messages(sampler, unstated()), []);
  });

  it("judges only what holds for the whole mesh", async () => {
    assert.deepEqual(await messages(controlPlane(), telemetry([tempo], { ns: "bookinfo" })), []);
    const selecting = { selector: { matchLabels: { app: "x" } } };
    assert.deepEqual(await messages(controlPlane(), telemetry([tempo], { spec: selecting })), []);
  });

  it("judges patches and both API versions", async () => {
    const props = { metadata: { name: "x", namespace: "istio-system" }, spec: { tracing: [tempo] } };
    for (const token of ["telemetry.istio.io/v1:TelemetryPatch", "telemetry.istio.io/v1:Telemetry"]) {
      assert.equal((await messages(controlPlane(), resource(token, props))).length, 1, token);
    }
  });

  it("does not judge by a control plane that is not the stack's", async () => {
    const patch = resource(`${tokens.controlPlane}Patch`, { metadata: { namespace: "istio-system" } }, { name: "x" });
    const { violations, notes } = await judged(patch, unstated());
    assert.deepEqual(violations, []);
    assert.match(notes[0] ?? "", /the control plane of istio-system is declared outside this stack/);
    assert.equal((await messages(controlPlane(), patch, unstated())).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [controlPlane(), telemetry(unknown)],
      [controlPlane(), telemetry([tempo], { ns: unknown })],
      [controlPlane(), unstated({ match: { mode: unknown } })],
      [controlPlane(), unstated({ disableSpanReporting: unknown })],
      [controlPlane({ tracing: { sampling: unknown } }), unstated()],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    const { violations, notes } = await judged(controlPlane(), unstated({ randomSamplingPercentage: unknown }));
    assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
  });
});
