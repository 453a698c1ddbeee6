import assert from "node:assert/strict";
import { singleTracingProvider } from "../../policies/rules/sampling/singleTracingProvider";
import { judge, resource, telemetry, tokens, unknown } from "./helper";

const messages = async (tracing: unknown) =>
  (await judge(singleTracingProvider, [telemetry(tracing)])).violations.map(({ message }) => message);
const tempo = { providers: [{ name: "tempo" }] };

describe("single-tracing-provider", () => {
  it("refuses a second provider in an entry", async () => {
    const subject = telemetry([{ providers: [{ name: "tempo" }, { name: "jaeger" }] }]);
    assert.deepEqual((await judge(singleTracingProvider, [subject])).violations, [
      {
        message:
          'Telemetry istio-system/mesh-default: spec.tracing[0].providers is [{"name":"tempo"},{"name":"jaeger"}], but Istio uses only the first of the 2, ' +
          "so the others get no spans. Keep one, and let an OpenTelemetry collector pass spans on to several stores.",
        urn: subject.urn,
      },
    ]);
  });

  it("refuses a setting that a later entry replaces", async () => {
    const [message, ...others] = await messages([{ ...tempo, customTags: {} }, { providers: [{ name: "jaeger" }] }]);
    assert.match(
      message ?? "",
      /spec\.tracing\[0\]\.providers is .*, but spec\.tracing\[1\]\.providers replaces it, .* Keep one entry for each direction\.$/,
    );
    assert.deepEqual(others, []);
    for (const field of ["randomSamplingPercentage", "customTags", "disableSpanReporting"]) {
      assert.match(
        (await messages([{ [field]: 1 }, tempo, { [field]: 2 }]))[0] ?? "",
        new RegExp(`\\[2\\]\\.${field}`),
      );
    }
    assert.equal((await messages([tempo, tempo, tempo])).length, 2);
  });

  it("accepts entries that complete each other, and one for each direction", async () => {
    const client = { ...tempo, match: { mode: "CLIENT" } };
    const server = { ...tempo, match: { mode: "SERVER" } };
    assert.deepEqual(await messages([tempo, { randomSamplingPercentage: 5 }]), []);
    assert.deepEqual(await messages([client, server]), []);
    assert.equal((await messages([client, server, client])).length, 1);
    assert.equal((await messages([client, { ...tempo, match: { mode: "CLIENT_AND_SERVER" } }])).length, 1);
    assert.equal((await messages([tempo, client])).length, 1);
    assert.deepEqual(await messages([]), []);
    assert.deepEqual(await messages([{ providers: [] }]), []);
  });

  it("refuses a second provider also if a name is not known yet", async () => {
    const [message] = await messages([{ providers: [{ name: unknown }, { name: "jaeger" }] }]);
    assert.match(
      message ?? "",
      /spec\.tracing\[0\]\.providers is known in part only, but Istio uses only the first of the 2/,
    );
  });

  it("judges the default providers of a Sail control plane", async () => {
    const istio = (...tracing: string[]) =>
      resource(tokens.istio, {
        metadata: { name: "default" },
        spec: { values: { meshConfig: { defaultProviders: { tracing } } } },
      });
    assert.deepEqual((await judge(singleTracingProvider, [istio("a")])).violations, []);
    const [violation] = (await judge(singleTracingProvider, [istio("a", "b")])).violations;
    assert.match(violation?.message ?? "", /^Istio default: spec\.values\.meshConfig\.defaultProviders\.tracing is/);
  });

  it("judges patches and both API versions", async () => {
    const spec = { tracing: [{ providers: [{ name: "a" }, { name: "b" }] }] };
    for (const token of ["telemetry.istio.io/v1alpha1:TelemetryPatch", "telemetry.istio.io/v1:Telemetry"]) {
      const { violations } = await judge(singleTracingProvider, [resource(token, { spec }, { name: "x" })]);
      assert.equal(violations.length, 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const tracing of [unknown, [{ providers: unknown }], [{ ...tempo, match: { mode: unknown } }, tempo]]) {
      const { violations, notes } = await judge(singleTracingProvider, [telemetry(tracing)]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    const alone = await judge(singleTracingProvider, [telemetry([{ ...tempo, match: { mode: unknown } }])]);
    assert.deepEqual(alone.notes, []);
  });
});
