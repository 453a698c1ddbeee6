import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { kialiTracingProtocol as rule } from "../../policies/rules/tracePath/kialiTracingProtocol";
import { judge, unknown } from "./helper";
import { frontend, kiali, planeWithAddon, tenantUrl } from "./traceObjects";

/** What the rule says of tracing settings, after their common path. */
async function said(
  tracing: unknown,
  others: Resource[] = [],
  place?: Parameters<typeof kiali>[2],
): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [kiali(tracing, {}, place), ...others]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^.*?: spec\.external_services\.tracing\./, ""));
}

const jaeger = (port: number, more: object = {}): object => ({ internal_url: frontend(port), ...more });
const tempo = (port: number, more: object = {}): object => jaeger(port, { provider: "tempo", ...more });

describe("kiali-tracing-protocol", () => {
  it("refuses gRPC, which is the default, to a port of HTTP", async () => {
    const subject = kiali(jaeger(16686));
    const { violations } = await judge(rule, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          "Kiali istio-system/kiali: spec.external_services.tracing.use_grpc is not set, which means true, but port 16686 takes HTTP. " +
          "Set it to false.",
        urn: subject.urn,
      },
    ]);
    assert.deepEqual(await said(jaeger(16686, { use_grpc: true, provider: "jaeger" })), [
      "use_grpc is true, but port 16686 takes HTTP. Set it to false.",
    ]);
    for (const [url, port] of [
      ["https://jaeger.apps.cluster", 443],
      ["http://tracing.istio-system/jaeger", 80],
    ] as const) {
      assert.deepEqual(await said({ in_cluster_url: url }), [
        `use_grpc is not set, which means true, but port ${port} takes HTTP. Set it to false.`,
      ]);
      assert.deepEqual(await said({ in_cluster_url: url, use_grpc: true }), [], "somebody says so");
      assert.deepEqual(await said({ in_cluster_url: url, use_grpc: false }), []);
    }
  });

  it("refuses HTTP to a port of gRPC", async () => {
    assert.deepEqual(await said(jaeger(16685, { use_grpc: false })), [
      "use_grpc is false, but port 16685 takes gRPC. Set it to true, or use port 16686.",
    ]);
    assert.deepEqual(await said({ in_cluster_url: frontend(16685) }, [planeWithAddon()]), [
      "use_grpc is not set, which means false, but port 16685 takes gRPC. Set it to true, or use port 16686.",
    ]);
  });

  it("refuses Jaeger's language at Tempo's ports", async () => {
    assert.deepEqual(await said(jaeger(3200, { use_grpc: false })), [
      "provider is not set, which means jaeger, but port 3200 in spec.external_services.tracing.internal_url is that of Tempo's own API. " +
        "Set it to tempo, or use port 16686 of a query-frontend with jaegerQuery.",
    ]);
    assert.deepEqual(await said(jaeger(9095, { provider: "jaeger" })), [
      'provider is "jaeger", but port 9095 in spec.external_services.tracing.internal_url is that of Tempo\'s own API. ' +
        "Set it to tempo, or use port 16686 of a query-frontend with jaegerQuery.",
    ]);
    const old = [
      `in_cluster_url is "${frontend(3200)}", the port of Tempo's own API, which this version of Kiali does not know. ` +
        "Use port 16686 of a query-frontend with jaegerQuery.",
    ];
    assert.deepEqual(await said({ in_cluster_url: frontend(3200) }, [planeWithAddon()]), old);
    const { violations } = await judge(rule, [kiali({ in_cluster_url: frontend(3200) }, { version: "v1.73" })]);
    assert.match(violations[0]?.message ?? "", /does not know/);
  });

  it("refuses Tempo's language at Jaeger's ports, and gRPC's port in the URL", async () => {
    for (const port of [16685, 16686]) {
      assert.deepEqual(await said(tempo(port, { use_grpc: false })), [
        `internal_url is "${frontend(port)}", the port of Jaeger's API, but the provider is tempo. Use port 3200 of the query-frontend, or the gateway.`,
      ]);
    }
    assert.deepEqual(await said(tempo(9095)), [
      `internal_url is "${frontend(9095)}", the port of Tempo's gRPC, but Kiali asks this URL by HTTP. Use port 3200 here; the port for gRPC is grpc_port.`,
    ]);
  });

  it("refuses gRPC to Tempo's gateway", async () => {
    const gateway = { provider: "tempo", internal_url: tenantUrl };
    assert.deepEqual(await said(gateway), [
      "use_grpc is not set, which means true, but Tempo's gateway takes no queries by gRPC. Set it to false.",
    ]);
    assert.deepEqual(await said({ ...gateway, use_grpc: true }), [
      "use_grpc is true, but Tempo's gateway takes no queries by gRPC. Set it to false.",
    ]);
    assert.deepEqual(await said({ ...gateway, use_grpc: false }), []);
    const byName = "https://tempo-simplest-gateway.tracing-system.svc:8080";
    assert.equal((await said({ ...gateway, internal_url: byName })).length, 1);
    const routed = "https://tempo.apps.cluster/api/traces/v1/dev/tempo";
    assert.equal((await said({ ...gateway, internal_url: routed })).length, 1);
  });

  it("accepts what fits", async () => {
    for (const tracing of [
      jaeger(16686, { use_grpc: false }),
      jaeger(16685),
      jaeger(16685, { use_grpc: true }),
      jaeger(8080),
      tempo(3200),
      tempo(3200, { use_grpc: false }),
      { provider: "tempo", internal_url: "https://tempo.apps.cluster", use_grpc: true },
      { provider: "jaeger" },
      { internal_url: "" },
      { internal_url: "no URL", use_grpc: true },
      {},
    ]) {
      assert.deepEqual(await said(tracing), [], JSON.stringify(tracing));
    }
    assert.deepEqual(
      await said({ in_cluster_url: frontend(16686) }, [planeWithAddon()]),
      [],
      "the addon sets use_grpc",
    );
  });

  it("goes by the former URL where both are set", async () => {
    const both = { internal_url: frontend(16685), in_cluster_url: frontend(16686) };
    assert.deepEqual(await said(both), [
      "use_grpc is not set, which means true, but port 16686 takes HTTP. Set it to false.",
    ]);
  });

  it("knows of a patch only what it sets", async () => {
    const patch = { suffix: "Patch" };
    for (const tracing of [jaeger(16686), jaeger(3200), tempo(3200), { provider: "tempo", internal_url: tenantUrl }]) {
      assert.deepEqual(await said(tracing, [], patch), [], JSON.stringify(tracing));
    }
    assert.equal((await said(jaeger(16686, { provider: "jaeger", use_grpc: true }), [], patch)).length, 1);
    assert.equal((await said(tempo(16686), [], patch)).length, 1);
    assert.equal((await said({ in_cluster_url: frontend(3200) }, [planeWithAddon()], patch)).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const [tracing, spec] of [
      [unknown, {}],
      [{ internal_url: unknown }, {}],
      [{ in_cluster_url: unknown, internal_url: frontend(3200) }, {}],
      [jaeger(16686, { use_grpc: unknown }), {}],
      [jaeger(3200, { provider: unknown }), {}],
      [jaeger(3200), { version: unknown }],
    ] as const) {
      const { violations, notes } = await judge(rule, [kiali(tracing, spec)]);
      assert.deepEqual([violations.length, notes.length], [0, 1]);
    }
    const { violations, notes } = await judge(rule, [kiali(jaeger(16686)), planeWithAddon({ enabled: unknown })]);
    assert.deepEqual([violations.length, notes.length], [0, 1]);
  });
});
