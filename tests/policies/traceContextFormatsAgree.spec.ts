import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { traceContextFormatsAgree as rule } from "../../policies/rules/tracePath/traceContextFormatsAgree";
import { controlPlane, judge, roll, telemetry, unknown } from "./helper";
import { istio, otel, tempoService, withProviders, zipkin } from "./traceObjects";

const using = (name: unknown, ns: unknown = "bookinfo", spec: object = {}): Resource =>
  telemetry([{ providers: [{ name }] }], { ns, name: "own", spec });
const meshWide = (name: unknown): Resource => telemetry([{ providers: [{ name }] }]);
const mesh = controlPlane(withProviders(zipkin(), otel(tempoService)));

/** How many violations and notes the rule has. */
async function counts(...resources: Resource[]): Promise<readonly [number, number]> {
  const { violations, notes } = await judge(rule, resources);
  return [violations.length, notes.length];
}

describe("trace-context-formats-agree", () => {
  it("refuses a namespace with W3C in a mesh with B3", async () => {
    const own = using("otel");
    const { violations } = await judge(rule, [mesh, roll("bookinfo"), own, meshWide("tempo")]);
    assert.deepEqual(violations, [
      {
        message:
          'Telemetry bookinfo/own: spec.tracing[0].providers[0].name is "otel", which passes traces on by W3C trace context, ' +
          'while spec.tracing[0].providers[0].name of Telemetry istio-system/mesh-default is "tempo", which does so by B3: ' +
          "a trace that crosses from one to the other breaks in two. Use providers of one kind, or from Istio 1.28 on " +
          "set traceContextOption of the Zipkin provider to USE_B3_WITH_W3C_PROPAGATION.",
        urn: own.urn,
      },
    ]);
  });

  it("refuses B3 in a mesh with W3C, some workloads, and two namespaces that differ", async () => {
    const selected = using("tempo", "istio-system", { selector: { matchLabels: { app: "x" } } });
    assert.deepEqual(await counts(mesh, roll("bookinfo"), meshWide("otel"), using("tempo")), [1, 0]);
    assert.deepEqual(await counts(mesh, roll("bookinfo"), meshWide("otel"), selected), [1, 0]);
    assert.deepEqual(await counts(mesh, roll("a", "b"), using("tempo", "a"), using("otel", "b")), [1, 0]);
    assert.deepEqual(
      await counts(
        mesh,
        roll("bookinfo"),
        telemetry([{ providers: [{ name: "tempo" }] }, { providers: [{ name: "otel" }] }]),
      ),
      [1, 0],
    );
  });

  it("blames the same one, in whichever order the engine tells them", async () => {
    const named = (name: string, provider: string): Resource =>
      telemetry([{ providers: [{ name: provider }] }], { ns: name, name });
    const uses = [named("a", "tempo"), named("b", "otel")];
    const judged = await judge(rule, [mesh, roll("a", "b"), ...uses]);
    assert.equal(judged.violations.length, 1);
    assert.deepEqual(await judge(rule, [mesh, roll("a", "b"), ...uses.toReversed()]), judged);
  });

  it("blames the narrower use, whichever name comes first", async () => {
    for (const name of ["a", "z"]) {
      const own = telemetry([{ providers: [{ name: "otel" }] }], { ns: "bookinfo", name });
      const { violations } = await judge(rule, [mesh, roll("bookinfo"), own, meshWide("tempo")]);
      assert.deepEqual(
        violations.map(({ urn }) => urn),
        [own.urn],
      );
    }
  });

  it("counts the mesh's default provider", async () => {
    const defaults = istio([zipkin(), otel(tempoService)], { defaultProviders: { tracing: ["tempo", "otel"] } });
    assert.deepEqual(await counts(defaults, using("otel")), [1, 0]);
    assert.deepEqual(await counts(defaults, using("tempo")), [0, 0]);
  });

  it("knows other tracers' headers too", async () => {
    const others = istio([zipkin(), { name: "dd", datadog: {} }, { name: "sky", skywalking: {} }]);
    for (const name of ["dd", "sky"]) {
      assert.deepEqual(await counts(others, meshWide("tempo"), using(name)), [1, 0]);
      assert.deepEqual(await counts(others, meshWide(name), using(name)), [0, 0]);
    }
    const { violations } = await judge(rule, [others, meshWide("dd"), using("sky")]);
    assert.match(
      violations[0]?.message ?? "",
      /on by SkyWalking's headers, while .* does so by Datadog's headers: a trace/,
    );
    const both = { zipkin: { service: "x", port: 9411, traceContextOption: "USE_B3_WITH_W3C_PROPAGATION" } };
    const withBoth = istio([{ name: "tempo", ...both }, zipkin("x", 9411, "old"), { name: "dd", datadog: {} }]);
    assert.deepEqual(await counts(withBoth, meshWide("tempo"), using("dd")), [1, 0]);
    assert.deepEqual(await counts(withBoth, meshWide("tempo"), using("old")), [0, 0]);
  });

  it("accepts one kind, the same provider, and a Zipkin provider that passes on both", async () => {
    const two = istio([zipkin(), zipkin("other.x.svc.cluster.local", 9411, "second")]);
    assert.deepEqual(await counts(two, meshWide("tempo"), using("second")), [0, 0]);
    assert.deepEqual(await counts(mesh, roll("bookinfo"), meshWide("otel"), using("otel")), [0, 0]);
    const both = { zipkin: { service: "x", port: 9411, traceContextOption: "USE_B3_WITH_W3C_PROPAGATION" } };
    const upgraded = istio([{ name: "tempo", ...both }, otel(tempoService)]);
    assert.deepEqual(await counts(upgraded, meshWide("tempo"), using("otel")), [0, 0]);
    assert.deepEqual(await counts(upgraded, meshWide("otel"), using("tempo")), [0, 0]);
    const notBoth = { name: "tempo", zipkin: { service: "x", port: 9411, traceContextOption: "USE_B3" } };
    assert.deepEqual(await counts(istio([notBoth, otel(tempoService)]), meshWide("tempo"), using("otel")), [1, 0]);
  });

  it("judges only the provider that an entry uses, only inside the mesh, and only known kinds", async () => {
    const second = telemetry([{ providers: [{ name: "tempo" }, { name: "otel" }] }], { ns: "bookinfo", name: "own" });
    assert.deepEqual(await counts(mesh, roll("bookinfo"), meshWide("tempo"), second), [0, 0]);
    assert.deepEqual(await counts(mesh, roll("other"), meshWide("tempo"), using("otel")), [0, 0]);
    assert.deepEqual(await counts(mesh, roll("bookinfo"), meshWide("tempo"), using("missing")), [0, 0]);
    const logs = istio([zipkin(), { name: "als", envoyOtelAls: {} }]);
    assert.deepEqual(await counts(logs, meshWide("tempo"), using("als")), [0, 0]);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const option = { name: "tempo", zipkin: { service: "x", port: 9411, traceContextOption: unknown } };
    for (const resources of [
      [mesh, roll("bookinfo"), meshWide("tempo"), using(unknown)],
      [mesh, roll("bookinfo"), meshWide(unknown), using("otel")],
      [istio([option, otel(tempoService)]), meshWide("tempo"), using("otel")],
      [istio([zipkin(), { name: "otel", opentelemetry: unknown }]), meshWide("tempo"), using("otel")],
      [istio([zipkin(), otel(tempoService, 4317, {}, unknown)]), meshWide("tempo"), using("otel")],
      [mesh, roll("bookinfo"), meshWide("tempo"), telemetry(unknown, { ns: "bookinfo", name: "own" })],
    ]) {
      assert.deepEqual(await counts(...resources), [0, 1]);
    }
  });
});
