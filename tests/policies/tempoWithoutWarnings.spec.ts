import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { tempoWithoutWarnings as rule } from "../../policies/rules/tracePath/tempoWithoutWarnings";
import { judge, unknown } from "./helper";
import { istio, kiali, planeWithAddon, tempoMonolithic, tempoStack } from "./traceObjects";

const withJaeger = { template: { queryFrontend: { jaegerQuery: { enabled: true } } } };

/** What the rule says, without the objects' names. */
async function said(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^.*?: spec\./, ""));
}

describe("tempo-without-warnings", () => {
  it("advises against Jaeger's query API, which goes", async () => {
    const subject = tempoStack(withJaeger);
    const { violations } = await judge(rule, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          "TempoStack tracing-system/simplest: spec.template.queryFrontend.jaegerQuery.enabled is true, which tempo-operator will no " +
          "longer have in a later version. Remove it: from v2 on Kiali asks Tempo itself, and OpenShift's console shows traces.",
        urn: subject.urn,
      },
    ]);
    assert.equal((await said(tempoMonolithic({ jaegerui: { enabled: true } }))).length, 1);
    assert.equal((await said(tempoStack(withJaeger), istio([]), kiali({}, { version: "v2.4" }))).length, 1);
    assert.equal((await said(tempoStack(withJaeger), planeWithAddon({ enabled: false }))).length, 1);
    assert.equal(rule.enforcementLevel, "advisory");
  });

  it("accepts it for a Kiali that knows nothing else", async () => {
    for (const other of [planeWithAddon(), planeWithAddon({}), kiali({}, { version: "v1.73" })]) {
      assert.deepEqual(await said(tempoStack(withJaeger), other), []);
      assert.deepEqual(await said(tempoMonolithic({ jaegerui: { enabled: true } }), other), []);
    }
  });

  it("advises against overrides, and total resources beside a size", async () => {
    const extra = { extraConfig: { tempo: { server: {} } } };
    const overridden =
      "extraConfig.tempo is set, which overrides what the operator configures, and may break it with each new version. " +
      "Use fields of the resource where there are any.";
    assert.deepEqual(await said(tempoStack(extra)), [overridden]);
    assert.deepEqual(await said(tempoMonolithic(extra)), [overridden]);
    assert.deepEqual(await said(tempoStack({ size: "1x.pico", resources: { total: {} } })), [
      "resources.total is set, but a size is set, too, and goes before it. Remove one of them.",
    ]);
  });

  it("accepts what the operator does not warn of", async () => {
    for (const spec of [
      {},
      { size: "1x.pico" },
      { resources: { total: {} } },
      { size: "", resources: { total: {} } },
      { extraConfig: {} },
      { template: { queryFrontend: { jaegerQuery: { enabled: false } } } },
    ]) {
      assert.deepEqual(await said(tempoStack(spec), tempoMonolithic({ jaegerui: { enabled: false } })), []);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [tempoStack({ template: unknown })],
      [tempoStack({ extraConfig: unknown })],
      [tempoStack({ size: unknown, resources: { total: {} } })],
      [tempoMonolithic({ jaegerui: { enabled: unknown } })],
      [tempoStack(withJaeger), planeWithAddon({ enabled: unknown })],
      [tempoStack(withJaeger), kiali({}, { version: unknown })],
    ]) {
      const { violations, notes } = await judge(rule, resources);
      assert.deepEqual([violations.length, notes.length], [0, 1]);
    }
  });
});
