import assert from "node:assert/strict";
import { kialiUrlsReal as rule } from "../../policies/rules/tracePath/kialiUrlsReal";
import { judge, unknown } from "./helper";
import { frontend, kiali, tenantUrl } from "./traceObjects";

/** What the rule says after a URL's value. */
async function said(tracing: object, place?: Parameters<typeof kiali>[2]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [kiali(tracing, {}, place)]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => /^.*?services\.tracing\.(.*)$/.exec(message)?.[1] ?? message);
}

describe("kiali-urls-real", () => {
  it("refuses the reference's placeholder", async () => {
    const subject = kiali({ url: "[Tempo query frontend Route url]" });
    const { violations } = await judge(rule, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          'Kiali istio-system/kiali: spec.external_services.tracing.url is "[Tempo query frontend Route url]", not a URL of ' +
          "http or https. Set it to https:// and the host of the service's Route, or remove it.",
        urn: subject.urn,
      },
    ]);
    assert.equal((await said({ url: "[Tempo query frontend Route url]" }, { suffix: "Patch" })).length, 1);
  });

  it("refuses what is no URL, a placeholder, or an example's host", async () => {
    const cases: readonly (readonly [string, string])[] = [
      ["tempo.apps.cluster", "not a URL of http or https"],
      ["ftp://tempo.apps.cluster", "not a URL of http or https"],
      ["tempo.apps.cluster:443", "not a URL of http or https"],
      ["https://", "not a URL of http or https"],
      ["https://<route-host>/", "a placeholder"],
      ["https://{{ .Values.host }}", "a placeholder"],
      ["https://${TEMPO_HOST}", "a placeholder"],
      ["https://tempo.$(DOMAIN)", "a placeholder"],
      ["https://change-me.apps.cluster", "a placeholder"],
      ["https://CHANGEME", "a placeholder"],
      ["https://replace_me.x.y", "a placeholder"],
      ["https://your-route.apps.cluster", "a placeholder"],
      ["https://todo.apps.cluster", "a placeholder"],
      ["https://tempo.example.com", "a host for examples only"],
      ["https://example.org/x", "a host for examples only"],
      ["https://tempo.example", "a host for examples only"],
      ["https://tempo.invalid:8443", "a host for examples only"],
    ];
    for (const [url, problem] of cases) {
      const outside = "https:// and the host of the service's Route";
      assert.deepEqual(await said({ external_url: url }), [
        `external_url is ${JSON.stringify(url)}, ${problem}. Set it to ${outside}, or remove it.`,
      ]);
      assert.equal((await said({ health_check_url: url })).length, 1);
      assert.deepEqual(await said({ internal_url: url }), [
        `internal_url is ${JSON.stringify(url)}, ${problem}. Set it to the service's URL inside the cluster, or remove it.`,
      ]);
    }
  });

  it("refuses links that browsers cannot follow", async () => {
    const problem = "a host that only the cluster knows, but browsers follow this link";
    for (const url of [frontend(16686), "http://tempo.tracing-system.svc:80", "http://tracing:16686/jaeger"]) {
      for (const key of ["url", "external_url"]) {
        const [message] = await said({ [key]: url });
        assert.ok(message?.includes(problem), url);
      }
      for (const key of ["in_cluster_url", "internal_url", "health_check_url"]) {
        assert.deepEqual(await said({ [key]: url }), []);
      }
    }
  });

  it("accepts real URLs, and none", async () => {
    for (const url of [
      "https://tempo-simplest-query-frontend-tracing-system.apps.example.test",
      "https://tempo.apps.prod.mycompany.com/path?x=1",
      "https://examples.com.au",
      "http://10.0.0.1:3200",
      "http://[::1]:3200",
      "http://localhost:3200",
      "https://tododo.apps.cluster",
      "",
      undefined,
      null,
      5,
    ]) {
      assert.deepEqual(await said({ url, external_url: url, internal_url: url }), [], String(url));
    }
    assert.deepEqual(await said({ internal_url: tenantUrl }), []);
  });

  it("judges Grafana's and Prometheus' URLs too; Kiali itself uses the latter", async () => {
    const services = {
      grafana: { external_url: "https://x.example.com", in_cluster_url: "grafana" },
      prometheus: { url: "prometheus" },
    };
    const { violations } = await judge(rule, [kiali({}, { external_services: services })]);
    assert.deepEqual(
      violations.map(({ message }) => /services\.(\S+) is/.exec(message)?.[1]),
      ["grafana.in_cluster_url", "grafana.external_url", "prometheus.url"],
    );
    const inside = { prometheus: { url: "http://prometheus.istio-system.svc:9090" } };
    assert.deepEqual((await judge(rule, [kiali({}, { external_services: inside })])).violations, []);
  });

  it("does not show a password in a URL", async () => {
    const [message] = await said({ url: "https://admin:hunter2@tempo.example.com" });
    assert.match(message ?? "", /^url is \[secret\], a host for examples only\./);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const tracing of [unknown, { url: unknown }, { internal_url: unknown }]) {
      const { violations, notes } = await judge(rule, [kiali(tracing)]);
      assert.deepEqual([violations.length, notes.length], [0, 1]);
    }
  });
});
