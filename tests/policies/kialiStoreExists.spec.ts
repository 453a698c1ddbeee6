import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { kialiStoreExists as rule } from "../../policies/rules/tracePath/kialiStoreExists";
import { judge, unknown } from "./helper";
import { frontend, gateway, kiali, ports, service, tempoMonolithic, tempoStack, tenantUrl } from "./traceObjects";

const withJaeger = { template: { queryFrontend: { jaegerQuery: { enabled: true } } } };
const tenants = { ...gateway, tenants: { mode: "openshift" } };

/** What the rule says of a URL, after its value. */
async function said(url: string, ...objects: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [kiali({ internal_url: url }), ...objects]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.slice(message.indexOf(`"${url}", `) + url.length + 4));
}

describe("kiali-store-exists", () => {
  it("refuses a port that the query-frontend does not have", async () => {
    const subject = kiali({ in_cluster_url: frontend(16686) });
    const { violations } = await judge(rule, [subject, tempoStack()]);
    assert.deepEqual(violations, [
      {
        message:
          `Kiali istio-system/kiali: spec.external_services.tracing.in_cluster_url is "${frontend(16686)}", but Service ` +
          "tempo-simplest-query-frontend of TempoStack tracing-system/simplest has no port 16686 (it has 3200, 9095). " +
          "Use a port that it has; 16686 is there with jaegerQuery only.",
        urn: subject.urn,
      },
    ]);
    assert.equal(
      (await said("http://tempo-simplest-query-frontend.tracing-system", tempoStack())).length,
      1,
      "port 80",
    );
    const own = { name: "own" };
    assert.deepEqual(await said("http://own.tracing-system", service(ports({ port: 9000 }, { port: 443 }), own)), [
      "but Service tracing-system/own has no port 80 (it has 443, 9000). Use a port that it has; 16686 is there with jaegerQuery only.",
    ]);
    assert.match((await said("http://own.tracing-system", service({}, own)))[0] ?? "", /\(it has none\)/);
  });

  it("refuses a service that the stack does not have", async () => {
    assert.deepEqual(await said(frontend(16686).replace("simplest", "simple"), tempoStack(withJaeger)), [
      "a service that the stack does not have. Name tempo-simplest-query-frontend.tracing-system.svc.cluster.local.",
    ]);
    assert.deepEqual(
      await said(frontend(3200).replace("simplest", "x"), tempoStack(), tempoStack({}, { name: "second" })),
      [
        "a service that the stack does not have. Name tempo-second-query-frontend.tracing-system.svc.cluster.local or " +
          "tempo-simplest-query-frontend.tracing-system.svc.cluster.local.",
      ],
    );
    assert.deepEqual(await said("http://own.elsewhere:80", service(ports({ port: 80 }), { name: "own" })), [
      "a service that the stack does not have. Name own.tracing-system.svc.cluster.local.",
    ]);
  });

  it("refuses to go past a gateway", async () => {
    assert.deepEqual(await said(frontend(3200), tempoStack(tenants)), [
      "but TempoStack tracing-system/simplest has a gateway, and tempo-simplest-query-frontend.tracing-system.svc.cluster.local answers nobody else. " +
        "Ask https://tempo-simplest-gateway.tracing-system.svc.cluster.local:8080/api/traces/v1/TENANT/tempo with the token of Kiali's service account.",
    ]);
  });

  it("refuses http to a gateway with a serving certificate", async () => {
    const url = tenantUrl.replace("https:", "http:");
    assert.deepEqual(await said(url, tempoStack(tenants)), [
      "but with tenants of mode openshift the gateway takes TLS only. Use https.",
    ]);
    assert.deepEqual(await said(url, tempoStack({ ...gateway, tenants: { mode: "static" } })), []);
  });

  it("accepts what answers, by whatever name the cluster knows it", async () => {
    for (const url of [
      frontend(3200),
      frontend(16686),
      frontend(16685),
      "http://tempo-simplest-query-frontend.tracing-system:3200",
      "http://tempo-simplest-query-frontend.tracing-system.svc:3200/",
    ]) {
      assert.deepEqual(await said(url, tempoStack(withJaeger)), [], url);
    }
    assert.deepEqual(await said(tenantUrl, tempoStack(tenants)), []);
    const monolithic = tempoMonolithic({ jaegerui: { enabled: true } });
    assert.deepEqual(await said("http://tempo-sample.tracing-system.svc:3200", monolithic), []);
    assert.deepEqual(await said("http://tempo-sample-jaegerui.tracing-system.svc:16686", monolithic), []);
    assert.deepEqual(await said("https://own.tracing-system.svc", service(ports({ port: 443 }), { name: "own" })), []);
  });

  it("does not judge what somebody else may have", async () => {
    for (const url of [
      "http://tracing:16685/jaeger",
      "https://tempo.apps.cluster",
      "http://jaeger-query.observability.svc:16686",
      "http://10.0.0.1:3200",
      "no URL",
    ]) {
      assert.deepEqual(await said(url, tempoStack()), [], url);
    }
    assert.deepEqual((await judge(rule, [kiali({})])).violations, []);
  });

  it("does not show a password in a URL", async () => {
    const url = frontend(16686).replace("http://", "http://kiali:hunter2@");
    const { violations } = await judge(rule, [kiali({ internal_url: url }), tempoStack()]);
    assert.match(violations[0]?.message ?? "", /internal_url is \[secret\], but/);
    const userless = frontend(16686).replace("http://", "http://:hunter2@");
    assert.match(
      (await judge(rule, [kiali({ internal_url: userless }), tempoStack()])).violations[0]?.message ?? "",
      /\[secret\]/,
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const jaegerUnknown = { template: { queryFrontend: { jaegerQuery: { enabled: unknown } } } };
    for (const [url, object] of [
      [unknown, tempoStack()],
      [frontend(16686), tempoStack(jaegerUnknown)],
      [frontend(3200), tempoStack({ template: { gateway: { enabled: unknown } } })],
      [tenantUrl.replace("https:", "http:"), tempoStack({ ...gateway, tenants: unknown })],
      [frontend(16686), service({}, { name: "tempo-simplest-query-frontend", suffix: "Patch" })],
    ] as const) {
      const { violations, notes } = await judge(rule, [kiali({ internal_url: url }), object]);
      assert.deepEqual([violations.length, notes.length], [0, 1], JSON.stringify(notes));
    }
    const typo = kiali({ internal_url: frontend(3200).replace("simplest", "simple") });
    const { violations, notes } = await judge(rule, [typo, tempoStack(), tempoStack({}, { name: unknown })]);
    assert.deepEqual([violations.length, notes.length], [0, 1]);
  });
});
