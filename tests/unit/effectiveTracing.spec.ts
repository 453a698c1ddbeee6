import assert from "node:assert/strict";
import * as fc from "fast-check";
import { effectiveTracing } from "../../components/jobs/effectiveTracing.mjs";
import type { MeshTracing, Telemetry, TelemetryTracing } from "../../components/tracingChain";
import { telemetry } from "../helpers/tracedCluster";

type Workload = Parameters<typeof effectiveTracing>[0];
const reviews: Workload = { namespace: "bookinfo", labels: { app: "reviews", version: "v2" } };
const gateway: Workload = { namespace: "istio-system", labels: { app: "istio-ingressgateway" } };

const root = (tracing: TelemetryTracing) => telemetry("root", "istio-system", tracing) as Telemetry;
const own = (tracing: TelemetryTracing) => telemetry("own", "bookinfo", tracing) as Telemetry;
const selecting = (tracing: TelemetryTracing, labels: Record<string, string> = { app: "reviews" }) =>
  telemetry("selecting", "bookinfo", tracing, labels) as Telemetry;

/** A mesh with the provider tempo and these Telemetries. */
function mesh(telemetries: Telemetry[], changes: Partial<MeshTracing> = {}): MeshTracing {
  return {
    rootNamespace: "istio-system",
    telemetries,
    extensionProviders: [{ name: "tempo", zipkin: {} }],
    ...changes,
  };
}

const percent = (randomSamplingPercentage: number) => ({ providers: [{ name: "tempo" }], randomSamplingPercentage });

describe("the effective sampling of a workload", () => {
  const of = (state: MeshTracing, workload = reviews) => {
    const { percentage, percentageFrom } = effectiveTracing(workload, "server", state);
    return [percentage, percentageFrom];
  };

  it("is the workload's Telemetry's over its namespace's over the mesh's", () => {
    const all = [root(percent(1)), own(percent(2)), selecting(percent(3))];
    assert.deepEqual(of(mesh(all)), [3, "Telemetry bookinfo/selecting of the workload"]);
    assert.deepEqual(of(mesh(all.slice(0, 2))), [2, "Telemetry bookinfo/own of its namespace"]);
    assert.deepEqual(of(mesh(all.slice(0, 1))), [1, "Telemetry istio-system/root of the whole mesh"]);
    assert.deepEqual(of(mesh(all), gateway), [1, "Telemetry istio-system/root of the whole mesh"]);
  });

  it("is not that of a Telemetry which selects another workload, or targets something by reference", () => {
    const other = selecting(percent(3), { app: "ratings" });
    const partly = selecting(percent(3), { app: "reviews", version: "v3" });
    const targeting = { ...own(percent(3)), spec: { targetRefs: [{}], tracing: [percent(3)] } };
    for (const each of [other, partly, targeting]) {
      assert.equal(of(mesh([root(percent(1)), each]))[0], 1);
    }
  });

  it("is merged field by field: a Telemetry without a percentage leaves the one above in force", () => {
    assert.deepEqual(of(mesh([root(percent(40)), own({ providers: [{ name: "tempo" }] })]))[0], 40);
  });

  it("is the mesh's default where no Telemetry says one, and that is istiod's where it is zero or out of range", () => {
    const silent = [root({ providers: [{ name: "tempo" }] })];
    const configured = "meshConfig.defaultConfig.tracing.sampling";
    assert.deepEqual(of(mesh(silent, { defaultSampling: 7, pilotSampling: 5 })), [7, configured]);
    assert.deepEqual(of(mesh(silent, { defaultSampling: 0, pilotSampling: 5 }))[0], 5);
    assert.deepEqual(of(mesh(silent, { defaultSampling: 101 })), [1, `${configured}, whose 101 is out of range`]);
  });

  it("is the control plane's after that, and 1 % at last", () => {
    const silent = [root({ providers: [{ name: "tempo" }] })];
    assert.deepEqual(of(mesh(silent, { pilotSampling: 5 })), [5, "the control plane's tracing.sampling"]);
    assert.deepEqual(of(mesh(silent, { pilotSampling: 0 }))[0], 0);
    assert.deepEqual(of(mesh(silent, { pilotSampling: 10_000 }))[0], 1);
    assert.deepEqual(of(mesh(silent)), [1, "istiod's default"]);
  });

  it("is left to a sampler of the provider before everything else", () => {
    const dynatrace = { name: "tempo", opentelemetry: { service: "x", dynatraceSampler: { tenant: "t" } } };
    const [percentage, from] = of(mesh([root(percent(5))], { extensionProviders: [dynatrace] }));
    assert.equal(percentage, 100);
    assert.equal(from, "sampler dynatraceSampler of provider tempo, which decides by itself");
  });

  it("is the first in the order of precedence that is there, whichever are", () => {
    const levels = fc.record({
      selecting: fc.option(fc.integer({ min: 0, max: 100 })),
      own: fc.option(fc.integer({ min: 0, max: 100 })),
      root: fc.option(fc.integer({ min: 0, max: 100 })),
      defaultSampling: fc.option(fc.integer({ min: 1, max: 100 })),
      pilotSampling: fc.option(fc.integer({ min: 0, max: 100 })),
    });
    fc.assert(
      fc.property(levels, (level) => {
        const telemetries = [
          ...(level.root === null ? [] : [root(percent(level.root))]),
          ...(level.own === null ? [] : [own(percent(level.own))]),
          ...(level.selecting === null ? [] : [selecting(percent(level.selecting))]),
        ];
        const state = mesh(telemetries, {
          ...(level.defaultSampling !== null && { defaultSampling: level.defaultSampling }),
          ...(level.pilotSampling !== null && { pilotSampling: level.pilotSampling }),
        });
        const first = [level.selecting, level.own, level.root, level.defaultSampling, level.pilotSampling].find(
          (each) => each !== null,
        );
        assert.equal(of(state)[0], first ?? 1);
      }),
    );
  });
});

describe("the provider of a workload", () => {
  const of = (state: MeshTracing, side: "client" | "server" = "server") => effectiveTracing(reviews, side, state);

  it("is the first of the most specific list", () => {
    const two = { providers: [{ name: "tempo" }, { name: "other" }] };
    assert.equal(of(mesh([root({ providers: [{ name: "other" }] }), own(two)])).provider, "tempo");
  });

  it("that is not declared switches tracing off, even where the one above is", () => {
    const { off, providerFrom } = of(mesh([root(percent(100)), own({ providers: [{ name: "tmepo" }] })]));
    assert.equal(off, "provider tmepo is not among meshConfig.extensionProviders");
    assert.equal(providerFrom, "Telemetry bookinfo/own of its namespace");
  });

  it("counts as declared where the mesh's configuration is not known", () => {
    assert.equal(of(mesh([root(percent(1))], { extensionProviders: undefined })).off, undefined);
  });

  it("is needed", () => {
    assert.equal(of(mesh([])).off, "no Telemetry names a provider");
    assert.equal(of(mesh([], { defaultProvider: "tempo" })).off, undefined);
  });

  it("can be silenced and taken up again, for each side of the calls", () => {
    const silent = { ...percent(1), disableSpanReporting: true };
    assert.match(of(mesh([root(silent)])).off!, /^disableSpanReporting in Telemetry istio-system\/root/);
    assert.equal(of(mesh([root(silent), own({ disableSpanReporting: false })])).off, undefined);
    const clients = mesh([root(percent(1)), own({ match: { mode: "CLIENT" }, disableSpanReporting: true })]);
    assert.equal(of(clients, "server").off, undefined);
    assert.ok(of(clients, "client").off);
    const both = mesh([root(percent(1)), own({ match: { mode: "CLIENT_AND_SERVER" }, disableSpanReporting: true })]);
    assert.ok(of(both, "server").off && of(both, "client").off);
  });
});
