import assert from "node:assert/strict";
import fc from "fast-check";
import { queryFrontendMemory as rule } from "../../policies/rules/tracePath/queryFrontendMemory";
import { judge, unknown } from "./helper";
import { gateway, tempoStack } from "./traceObjects";

const total = (memory: unknown): object => ({ resources: { total: { limits: { memory, cpu: "2" } } } });
const frontend = (component: object, more: object = {}): object => ({
  template: { queryFrontend: { component, ...more } },
});

/** What the rule says of a spec, without the object's name. */
async function said(spec: object, config: Record<string, unknown> = {}): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [tempoStack(spec)], config);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^.*?: spec\./, ""));
}

describe("query-frontend-memory", () => {
  it("advises against the reference's total", async () => {
    const subject = tempoStack(total("3Gi"));
    const { violations } = await judge(rule, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          'TempoStack tracing-system/simplest: spec.resources.total.limits.memory is "3Gi", of which the query-frontend gets 76 MiB, ' +
          "less than the 100 MiB that a search of Kiali's takes. Set it to at least 4000Mi, or set a size, or resources of the query-frontend itself.",
        urn: subject.urn,
      },
    ]);
    assert.equal(rule.enforcementLevel, "advisory");
  });

  it("accepts enough, to the byte", async () => {
    assert.deepEqual(await said(total("4Gi")), []);
    assert.deepEqual(await said(total("4000Mi")), []);
    assert.equal((await said(total("3999Mi"))).length, 1);
    assert.deepEqual(await said(total(4000 * 1024 ** 2)), []);
    assert.equal((await said(total(1e9))).length, 1);
  });

  it("knows the operator's shares with a gateway, with authentication of Jaeger's page, and by replicas", async () => {
    assert.deepEqual(await said({ ...total("4Gi"), ...gateway }), [
      'resources.total.limits.memory is "4Gi", of which the query-frontend gets 81 MiB, less than the 100 MiB that a search of Kiali\'s takes. ' +
        "Set it to at least 5000Mi, or set a size, or resources of the query-frontend itself.",
    ]);
    assert.deepEqual(await said({ ...total("5000Mi"), ...gateway }), []);
    const authenticated = {
      template: { gateway: { enabled: true }, queryFrontend: { jaegerQuery: { authentication: { enabled: true } } } },
    };
    assert.deepEqual(await said({ ...total("4Gi"), ...authenticated }), []);
    assert.match(
      (await said({ ...total("4Gi"), ...frontend({ replicas: 2 }) }))[0] ?? "",
      /gets 51 MiB, .*at least 8000Mi/,
    );
    for (const replicas of [0, 1]) {
      assert.deepEqual(await said({ ...total("4Gi"), ...frontend({ replicas }) }), []);
    }
  });

  it("goes by the query-frontend's own resources", async () => {
    assert.deepEqual(await said({ ...total("1Gi"), ...frontend({ resources: { limits: { memory: "256Mi" } } }) }), []);
    assert.deepEqual(await said(frontend({ resources: { limits: { memory: "64Mi" } } })), [
      'template.queryFrontend.component.resources.limits.memory is "64Mi", less than the 100 MiB that a search of Kiali\'s takes. Set it to at least 100Mi.',
    ]);
    assert.deepEqual(await said({ ...total("1Gi"), ...frontend({ resources: {} }) }), [], "no limit");
    assert.equal(
      (await said({ size: "1x.pico", ...frontend({ resources: { limits: { memory: "64Mi" } } }) })).length,
      1,
    );
  });

  it("accepts a size, and no limit at all", async () => {
    for (const spec of [
      { ...total("1Gi"), size: "1x.demo" },
      {},
      { resources: {} },
      total(undefined),
      total("much"),
      total(true),
    ]) {
      assert.deepEqual(await said(spec), []);
    }
    assert.equal((await said({ ...total("1Gi"), size: "" })).length, 1);
  });

  it("takes another minimum from the configuration", async () => {
    assert.deepEqual(await said(total("3Gi"), { minimumMebibytes: 76 }), []);
    assert.match(
      (await said(total("3Gi"), { minimumMebibytes: 77 }))[0] ?? "",
      /less than the 77 MiB .* at least 3080Mi/,
    );
  });

  it("advises what it then accepts", async () => {
    const totals = fc.integer({ min: 1, max: 4000 });
    const more = fc.record({ replicas: fc.integer({ min: 1, max: 9 }), withGateway: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(totals, more, async (mebibytes, { replicas, withGateway }) => {
        const rest = { template: { gateway: { enabled: withGateway }, queryFrontend: { component: { replicas } } } };
        const [message] = await said({ ...total(`${mebibytes}Mi`), ...rest });
        const advised = /at least (\d+Mi)/.exec(message ?? "")?.[1];
        assert.deepEqual(await said({ ...total(advised ?? `${mebibytes}Mi`), ...rest }), []);
      }),
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const spec of [
      total(unknown),
      { resources: unknown },
      { ...total("1Gi"), size: unknown },
      { ...total("1Gi"), ...frontend({ replicas: unknown }) },
      { ...total("1Gi"), ...frontend({ resources: unknown }) },
      { ...total("1Gi"), template: { gateway: unknown } },
      frontend({ resources: { limits: { memory: unknown } } }),
    ]) {
      const { violations, notes } = await judge(rule, [tempoStack(spec)]);
      assert.deepEqual([violations.length, notes.length], [0, 1]);
    }
  });
});
