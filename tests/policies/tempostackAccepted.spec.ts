import assert from "node:assert/strict";
import fc from "fast-check";
import { tempostackAccepted as rule } from "../../policies/rules/tracePath/tempostackAccepted";
import { judge, unknown } from "./helper";
import { acceptedTempoStacks, refusedTempoStacks } from "./tempoCases";
import { tempoStack } from "./traceObjects";

type Spec = Record<string, unknown>;

/** What the rule says of a TempoStack with this spec, without its name. */
async function said(spec: Spec, place: Parameters<typeof tempoStack>[1] = {}): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [tempoStack(spec, place)]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^TempoStack tracing-system\/\S+: (spec\.)?/, ""));
}

describe("tempostack-accepted", () => {
  it("refuses what the webhook refuses, each with its reason and a way out", async () => {
    for (const [spec, expected] of refusedTempoStacks) {
      assert.deepEqual(await said(spec), [expected], JSON.stringify(spec));
    }
  });

  it("names the TempoStack and reports everything at once", async () => {
    const stack = tempoStack({ size: "big", template: { gateway: { enabled: true } } });
    const { violations } = await judge(rule, [stack]);
    assert.deepEqual(
      violations.map(({ message, urn }) => [message.slice(0, 45), urn]),
      [
        ["TempoStack tracing-system/simplest: spec.size", stack.urn],
        ["TempoStack tracing-system/simplest: spec.tena", stack.urn],
      ],
    );
  });

  it("accepts what the webhook accepts", async () => {
    for (const spec of acceptedTempoStacks) {
      assert.deepEqual(await said(spec), [], JSON.stringify(spec));
    }
  });

  it("refuses names above 63 characters", async () => {
    assert.deepEqual(await said({}, { name: "x".repeat(63) }), []);
    assert.deepEqual(await said({}, { name: "x".repeat(64) }), [
      `metadata.name is "${"x".repeat(64)}", longer than the 63 characters that tempo-operator takes. Shorten it.`,
    ]);
  });

  it("needs the majority of a replication factor's ingesters, whatever the factor", async () => {
    const numbers = fc.record({ factor: fc.integer({ min: 1, max: 12 }), replicas: fc.integer({ min: 1, max: 12 }) });
    await fc.assert(
      fc.asyncProperty(numbers, async ({ factor, replicas }) => {
        const found = await said({ replicationFactor: factor, template: { ingester: { replicas } } });
        assert.equal(found.length, replicas > factor / 2 ? 0 : 1);
      }),
    );
  });

  it("knows of a patch only what it sets", async () => {
    const patch = { suffix: "Patch" };
    const missing: readonly Spec[] = [
      { template: { gateway: { enabled: true } } },
      { tenants: { mode: "openshift" } },
      { replicationFactor: 3 },
      { template: { ingester: { replicas: 1 } }, size: "1x.pico" },
      { template: { queryFrontend: { jaegerQuery: { ingress: { type: "route" }, monitorTab: { enabled: true } } } } },
      { observability: { metrics: { createPrometheusRules: true } } },
      { template: { metricsGenerator: { enabled: true } } },
      { tenants: { mode: "static" }, template: { gateway: { enabled: true } } },
    ];
    for (const spec of missing) {
      assert.deepEqual(await said(spec, patch), [], JSON.stringify(spec));
    }
    const both = { replicationFactor: 3, template: { ingester: { replicas: 1 } } };
    assert.equal((await said(both, patch)).length, 1);
    assert.equal((await said({ size: "big" }, patch)).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const subjects: readonly Spec[] = [
      { size: unknown },
      { replicationFactor: unknown },
      { template: { ingester: { replicas: unknown } } },
      { replicationZones: unknown },
      { template: { gateway: { enabled: unknown } }, tenants: { mode: "openshift" } },
      { template: { gateway: { enabled: true } }, tenants: unknown },
      { template: { gateway: { enabled: true } }, tenants: { mode: "openshift", authentication: unknown } },
      { observability: unknown },
      { observability: { tracing: { sampling_fraction: unknown } } },
      { limits: unknown },
      { storage: { secret: { type: unknown }, tls: { enabled: true } } },
      { template: { metricsGenerator: { enabled: true, remoteWriteURLs: unknown } } },
      { template: unknown },
    ];
    for (const spec of subjects) {
      const { violations, notes } = await judge(rule, [tempoStack(spec)]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1, JSON.stringify(notes));
      assert.match(
        notes[0] ?? "",
        /^Not decided for TempoStack tracing-system\/simplest: .* is not known before the update\.$/,
      );
    }
    assert.equal((await judge(rule, [tempoStack({}, { name: unknown })])).notes.length, 1);
    for (const spec of [
      { template: { gateway: { enabled: false } }, tenants: { authorization: unknown } },
      { template: { metricsGenerator: { enabled: unknown, remoteWriteURLs: ["http://x"] } } },
    ]) {
      assert.deepEqual((await judge(rule, [tempoStack(spec)])).notes, [], "whatever it will be");
    }
  });
});
