import assert from "node:assert/strict";
import { tempomonolithicAccepted as rule } from "../../policies/rules/tracePath/tempomonolithicAccepted";
import { judge, unknown } from "./helper";
import { acceptedTempoMonolithics, refusedTempoMonolithics } from "./tempoCases";
import { tempoMonolithic } from "./traceObjects";

type Spec = Record<string, unknown>;

/** What the rule says of a TempoMonolithic with this spec, without its name. */
async function said(spec: Spec, place: Parameters<typeof tempoMonolithic>[1] = {}): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, [tempoMonolithic(spec, place)]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^TempoMonolithic tracing-system\/\S+: (spec\.)?/, ""));
}

const tenant = { tenantName: "a", tenantId: "b" };
const openshift = { enabled: true, mode: "openshift", authentication: [tenant] };

describe("tempomonolithic-accepted", () => {
  it("refuses what the webhook refuses, each with its reason and a way out", async () => {
    for (const [spec, expected] of refusedTempoMonolithics) {
      assert.deepEqual(await said(spec), [expected], JSON.stringify(spec));
    }
    assert.equal((await said({}, { name: "x".repeat(64) })).length, 1);
  });

  it("accepts what the webhook accepts", async () => {
    for (const spec of acceptedTempoMonolithics) {
      assert.deepEqual(await said(spec), [], JSON.stringify(spec));
    }
  });

  it("knows of a patch only what it sets", async () => {
    for (const spec of [
      { jaegerui: { route: { enabled: true } } },
      { query: { rbac: { enabled: true } } },
      { observability: { metrics: { prometheusRules: { enabled: true } } } },
      { storage: { traces: { backend: "s3" } } },
      { multitenancy: { enabled: true, authentication: [{ ...tenant, oidc: {} }] } },
    ]) {
      assert.deepEqual(await said(spec, { suffix: "Patch" }), [], JSON.stringify(spec));
    }
    assert.equal((await said({ serviceAccount: "own", multitenancy: openshift }, { suffix: "Patch" })).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const spec of [
      { jaegerui: unknown },
      { query: { rbac: { enabled: unknown } } },
      { multitenancy: { ...openshift, enabled: unknown, authorization: {} } },
      { multitenancy: { ...openshift, authentication: unknown, authorization: {} } },
      { serviceAccount: unknown, multitenancy: openshift },
      { storage: { traces: { backend: "s3", s3: unknown } } },
    ]) {
      const { violations, notes } = await judge(rule, [tempoMonolithic(spec)]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1, JSON.stringify(notes));
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
  });
});
