import assert from "node:assert/strict";
import { providerSupportedByMesh as rule } from "../../policies/rules/tracePath/providerSupportedByMesh";
import { controlPlane, judge, resource, unknown } from "./helper";
import { istio, otel, tempoService, withProviders, zipkin } from "./traceObjects";

const plane = (version: unknown, ...entries: unknown[]) => controlPlane({ ...withProviders(...entries), version });

/** What the rule says, without the object's name. */
async function said(...resources: Parameters<typeof judge>[1][number][]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^[^:]*: spec\.(values\.)?/, ""));
}

const entry = "meshConfig.extensionProviders[0]";

describe("provider-supported-by-mesh", () => {
  it("refuses tracing providers before v2.5 of OpenShift Service Mesh", async () => {
    const subject = plane("v2.4", zipkin());
    const { violations } = await judge(rule, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          "ServiceMeshControlPlane istio-system/istio-system: spec.meshConfig.extensionProviders[0].zipkin is set, a kind of " +
          "provider that the operator refuses in v2.4, for it came with v2.5. Set spec.version to v2.5 or later.",
        urn: subject.urn,
      },
    ]);
    assert.equal((await said(plane("v2.0", otel(tempoService)))).length, 1);
    assert.equal((await said(plane("v2.4", { name: "als", envoyOtelAls: {} }))).length, 1);
    for (const other of [{ prometheus: {} }, { envoyExtAuthzHttp: {} }, { envoyExtAuthzGrpc: {} }]) {
      assert.deepEqual(await said(plane("v2.4", { name: "x", ...other })), []);
    }
  });

  it("accepts them from v2.5 on, and where the version is the operator's choice", async () => {
    for (const version of ["v2.5", "v2.6", "v2.5.1", "v3.0", undefined, "latest"]) {
      assert.deepEqual(
        await said(plane(version, zipkin(), otel(tempoService, 4317, { maxTagLength: 9 }))),
        [],
        version,
      );
    }
  });

  it("refuses kinds and settings that OpenShift Service Mesh 2 does not have", async () => {
    assert.deepEqual(await said(plane("v2.6", { name: "sky", skywalking: { service: "x", port: 1 } })), [
      `${entry}.skywalking is set, a kind of provider that OpenShift Service Mesh 2 does not have (it has prometheus, ` +
        "envoyExtAuthzHttp, envoyExtAuthzGrpc, envoyOtelAls, zipkin, opentelemetry). Use zipkin or opentelemetry.",
    ]);
    assert.deepEqual(await said(plane("v2.6", otel(tempoService, 4318, { http: { path: "/v1/traces" } }))), [
      `${entry}.opentelemetry.http is set, a setting that OpenShift Service Mesh 2 does not have, so the API server refuses ` +
        "or drops it. Remove it; a provider of this kind has service, port, maxTagLength.",
    ]);
    const late = { zipkin: { service: "x", port: 9411, enable64bitTraceId: true, maxTagLength: 1, path: "/x" } };
    assert.deepEqual(
      (await said(plane(undefined, { name: "z", ...late }))).map((text) => text.split(",", 1)[0]),
      [`${entry}.zipkin.path is "/x"`],
    );
    assert.equal((await said(plane("v2.6", { name: "x", toString: {} }))).length, 1);
  });

  it("refuses an entry of no kind or of several", async () => {
    assert.deepEqual(await said(plane("v2.5", { name: "x" })), [
      `${entry} is set, but it must have exactly one kind of provider, and has none. Make an entry of its own for each provider.`,
    ]);
    assert.deepEqual(await said(istio([{ ...zipkin(), ...otel(tempoService) }])), [
      `${entry} is set, but it must have exactly one kind of provider, and has zipkin and opentelemetry. ` +
        "Make an entry of its own for each provider.",
    ]);
    assert.deepEqual(await said(plane("v2.5", { ...zipkin(), opentelemetry: null })), []);
  });

  it("refuses another tracer beside a Zipkin provider", async () => {
    for (const type of ["Jaeger", "Stackdriver"]) {
      assert.deepEqual(await said(controlPlane({ ...withProviders(zipkin()), tracing: { type } })), [
        `tracing.type is "${type}", but beside it the operator refuses a Zipkin provider. ` +
          "Set it to None; the provider traces all the same.",
      ]);
    }
    for (const spec of [{ tracing: {} }, { tracing: undefined }]) {
      assert.deepEqual(await said(controlPlane({ ...withProviders(zipkin()), ...spec })), [
        "tracing.type is not set, which means Jaeger in v2.5, but beside it the operator refuses a Zipkin provider. " +
          "Set it to None; the provider traces all the same.",
      ]);
    }
  });

  it("does not take a type that is not set for Jaeger where it may be something else", async () => {
    const spec = { ...withProviders(zipkin()), tracing: {} };
    for (const other of [
      controlPlane({ ...spec, profiles: ["gateway-controller"] }),
      controlPlane({ ...spec, version: "v2.6" }),
      controlPlane({ ...spec, version: "v3.5" }),
      controlPlane({ ...spec, version: undefined }),
      controlPlane({ ...withProviders(otel(tempoService)), tracing: { type: "Jaeger" } }),
      resource("maistra.io/v2:ServiceMeshControlPlanePatch", { metadata: { name: "x", namespace: "y" }, spec }),
    ]) {
      assert.deepEqual(await said(other), []);
    }
  });

  it("refuses what Istio's version has not yet, or no longer", async () => {
    const version = (text: string) => ({ version: text });
    const late = (settings: object) => [{ name: "z", zipkin: { service: "x", port: 9411, ...settings } }];
    assert.deepEqual(await said(istio(late({ traceContextOption: "USE_B3" }), {}, version("v1.27.9"))), [
      `${entry}.zipkin.traceContextOption is "USE_B3", which proxies of v1.27 ignore, for it came with v1.28. ` +
        "Remove it, or set spec.version to v1.28 or later.",
    ]);
    assert.deepEqual(await said(istio([{ name: "l", lightstep: {} }], {}, version("v1.27-latest"))), [
      `${entry}.lightstep is set, a kind of provider that Istio no longer has since v1.27. Use opentelemetry.`,
    ]);
    const cases: readonly (readonly [unknown[], string, number])[] = [
      [late({ traceContextOption: "USE_B3" }), "v1.28.0", 0],
      [late({ timeout: "5s", headers: [] }), "v1.28.10", 2],
      [late({ timeout: "5s", headers: [] }), "v1.29.0", 0],
      [late({ path: "/x" }), "v1.23.6", 1],
      [late({ path: "/x" }), "v1.24.0", 0],
      [[otel("x", 1, { grpc: {}, http: {} })], "v1.23.0", 1],
      [[otel("x", 1, { serviceAttributeEnrichment: "X" })], "v1.29.6", 1],
      [[otel("x", 1, { serviceAttributeEnrichment: "X" })], "v1.30.0", 0],
      [[{ name: "o", opencensus: {} }], "v1.26.8", 0],
      [[{ name: "o", opencensus: {} }], "v1.27.0", 1],
      [[{ name: "o", opencensus: {} }], "v2.0.0", 1],
      [[otel("x", 1, { grpc: {} })], "v1.24.0", 0],
      [[otel("x", 1, { grpc: null })], "v1.23.0", 0],
      [[{ name: "s", skywalking: {} }], "v1.30.0", 0],
      [[{ name: "l", lightstep: {} }], "master", 0],
    ];
    for (const [providers, text, count] of cases) {
      assert.equal(
        (await said(istio(providers, {}, version(text)))).length,
        count,
        `${JSON.stringify(providers)} ${text}`,
      );
    }
    assert.deepEqual(await said(istio(late({ timeout: "5s" }))), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      plane(unknown, zipkin()),
      controlPlane(withProviders(unknown)),
      controlPlane({ version: "v2.5", meshConfig: unknown }),
      plane("v2.5", { name: "x", zipkin: unknown, opentelemetry: {} }),
      controlPlane({ ...withProviders(zipkin()), tracing: { type: unknown } }),
      controlPlane({ ...withProviders(zipkin()), tracing: unknown }),
    ]) {
      const { violations, notes } = await judge(rule, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
    const { violations, notes } = await judge(rule, [plane("v2.4", { name: "x", zipkin: unknown })]);
    assert.deepEqual([violations.length, notes.length], [1, 1], "the kind alone is too new");
  });
});
