import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { kialiShowsTraces as rule } from "../../policies/rules/tracePath/kialiShowsTraces";
import { controlPlane, judge, resource, telemetry, unknown } from "./helper";
import { istio, kiali, otel, planeWithAddon } from "./traceObjects";

const mesh = istio([otel("otel-collector.otel.svc.cluster.local")]);
const traced = [mesh, telemetry([{ providers: [{ name: "otel" }] }])];
const plugin = (type: string) =>
  resource("observability.openshift.io/v1alpha1:UIPlugin", { metadata: { name: "x" }, spec: { type } });

async function said(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message);
}

describe("kiali-shows-traces", () => {
  it("advises against a Kiali that does not show what the mesh traces", async () => {
    assert.deepEqual(await said(...traced, kiali({ enabled: false })), [
      "Kiali istio-system/kiali: spec.external_services.tracing.enabled is false, so nobody sees the traces that the mesh makes. " +
        "Set it to true, with provider and internal_url, or let the console show traces.",
    ]);
    const [left] = await said(...traced, kiali({}, { version: "v2.11" }));
    assert.match(left ?? "", /tracing\.enabled is not set, which means false from v2 on, so nobody sees/);
    assert.equal((await said(...traced, kiali({}))).length, 1);
    assert.equal((await said(...traced, kiali({ enabled: false }, {}, { suffix: "Patch" }))).length, 1);
  });

  it("accepts one that does, and one that has it on by itself", async () => {
    for (const shown of [
      kiali({ enabled: true }),
      kiali({}, { version: "v1.73" }),
      // A URL without the switch is an error of its own.
      kiali({ internal_url: "http://tempo:3200" }),
      kiali({}, {}, { suffix: "Patch" }),
    ]) {
      assert.deepEqual(await said(...traced, shown), []);
    }
    const planes = [planeWithAddon(), controlPlane(), telemetry()];
    assert.deepEqual(await said(...planes, kiali({})), []);
  });

  it("leaves it to the console, and to meshes that trace nothing", async () => {
    assert.deepEqual(await said(...traced, kiali({ enabled: false }), plugin("DistributedTracing")), []);
    assert.equal((await said(...traced, kiali({ enabled: false }), plugin("Dashboards"))).length, 1);
    assert.deepEqual(await said(mesh, kiali({ enabled: false })), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      kiali({ enabled: unknown }),
      kiali({ internal_url: unknown }),
      kiali({}, { version: unknown }),
    ]) {
      const { violations, notes } = await judge(rule, [...traced, subject]);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
  });
});
