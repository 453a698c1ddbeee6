import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { sidecarEgressIncludesStore as rule } from "../../policies/rules/tracePath/sidecarEgressIncludesStore";
import { controlPlane, judge, resource, roll, telemetry, unknown } from "./helper";
import { istio, otel, tempoService, withProviders, zipkin } from "./traceObjects";

const sidecar = (spec: unknown, ns: unknown = "bookinfo", suffix = ""): Resource =>
  resource(`networking.istio.io/v1:Sidecar${suffix}`, { metadata: { name: "default", namespace: ns }, spec });
const egress = (...hosts: unknown[]): object => ({ egress: [{ hosts }] });
const mesh = controlPlane(withProviders(zipkin()));
const members = roll("tracing-system", "bookinfo");

async function counts(...resources: Resource[]): Promise<readonly [number, number]> {
  const { violations, notes } = await judge(rule, [members, ...resources]);
  return [violations.length, notes.length];
}

describe("sidecar-egress-includes-store", () => {
  it("refuses a Sidecar that leaves out the store", async () => {
    const subject = sidecar(egress("./*", "istio-system/*"));
    const { violations } = await judge(rule, [mesh, members, telemetry(), subject]);
    assert.deepEqual(violations, [
      {
        message:
          'Sidecar bookinfo/default: spec.egress[0].hosts is ["./*","istio-system/*"], which leaves out the service of tracing ' +
          `provider tempo, so its proxies lose their spans. Add tracing-system/${tempoService}.`,
        urn: subject.urn,
      },
    ]);
    const patch = sidecar(egress("./*"), "bookinfo", "Patch");
    assert.deepEqual(await counts(mesh, telemetry(), patch), [1, 0]);
  });

  it("refuses other hosts and namespaces than the store's", async () => {
    for (const host of [
      "~/*",
      "./*",
      "other/*",
      "tracing-system/other.tracing-system.svc.cluster.local",
      "*/*.example.com",
      "tracing-system",
      "",
    ]) {
      assert.deepEqual(await counts(mesh, telemetry(), sidecar(egress(host))), [1, 0], host);
    }
  });

  it("accepts whatever includes the store", async () => {
    for (const host of [
      "*/*",
      "tracing-system/*",
      `tracing-system/${tempoService}`,
      `*/${tempoService}`,
      "*/*.tracing-system.svc.cluster.local",
    ]) {
      assert.deepEqual(await counts(mesh, telemetry(), sidecar(egress("./*", host))), [0, 0], host);
    }
    const second = sidecar({ egress: [{ hosts: ["./*"] }, { port: { number: 9411 }, hosts: ["tracing-system/*"] }] });
    assert.deepEqual(await counts(mesh, telemetry(), second), [0, 0]);
    assert.deepEqual(await counts(mesh, telemetry(), sidecar(egress("./*"), "tracing-system")), [0, 0]);
  });

  it("accepts a Sidecar without egress listeners, or outside the mesh", async () => {
    for (const spec of [{}, { egress: [] }, { ingress: [{}] }, null]) {
      assert.deepEqual(await counts(mesh, telemetry(), sidecar(spec)), [0, 0]);
    }
    assert.deepEqual(await counts(mesh, telemetry(), sidecar(egress("./*"), "elsewhere")), [0, 0]);
  });

  it("judges the providers that its proxies use, and no others", async () => {
    const two = controlPlane(withProviders(zipkin(), otel("otel.elsewhere.svc.cluster.local")));
    const own = telemetry([{ providers: [{ name: "otel" }] }], { ns: "bookinfo", name: "own" });
    assert.deepEqual(await counts(two, telemetry(), sidecar(egress("tracing-system/*"))), [0, 0]);
    assert.deepEqual(await counts(two, own, sidecar(egress("tracing-system/*"))), [1, 0]);
    assert.deepEqual(await counts(two, telemetry(), own, sidecar(egress("./*"))), [2, 0]);
    assert.deepEqual(await counts(two, own, sidecar(egress("./*"), "tracing-system")), [0, 0], "of another namespace");
    assert.deepEqual(await counts(two, own, sidecar(egress("./*"), "istio-system")), [1, 0], "for all namespaces");
    assert.deepEqual(await counts(two, sidecar(egress("./*"))), [0, 0], "nobody uses them");
    const defaults = istio([zipkin()], { defaultProviders: { tracing: ["tempo"] } });
    assert.deepEqual(await counts(defaults, sidecar(egress("./*"))), [1, 0]);
  });

  it("knows a service outside the cluster by its name alone", async () => {
    const outside = controlPlane(withProviders(zipkin("zipkin.example.com")));
    assert.deepEqual(await counts(outside, telemetry(), sidecar(egress("./zipkin.example.com"))), [0, 0]);
    assert.deepEqual(await counts(outside, telemetry(), sidecar(egress("~/*"))), [1, 0]);
    const { violations } = await judge(rule, [outside, members, telemetry(), sidecar(egress("./*.example.org"))]);
    assert.match(violations[0]?.message ?? "", /Add \*\/zipkin\.example\.com\.$/);
    const inNamespace = controlPlane(withProviders(zipkin(`tracing-system/${tempoService}`)));
    const { violations: others } = await judge(rule, [inNamespace, members, telemetry(), sidecar(egress("./*"))]);
    assert.ok(others[0]?.message.endsWith(`Add tracing-system/${tempoService}.`));
    assert.deepEqual(await counts(inNamespace, telemetry(), sidecar(egress(`*/${tempoService}`))), [0, 0]);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      sidecar(unknown),
      sidecar({ egress: unknown }),
      sidecar(egress("./*", unknown)),
      sidecar({ egress: [{ hosts: unknown }] }),
      sidecar(egress("./*"), unknown),
    ]) {
      assert.deepEqual(await counts(mesh, telemetry(), subject), [0, 1]);
    }
    assert.deepEqual(await counts(mesh, telemetry(), sidecar(egress(unknown, "*/*"))), [0, 0]);
    for (const provider of [zipkin(unknown), zipkin(tempoService, 9411, unknown), unknown]) {
      const plane = controlPlane(withProviders(provider));
      assert.deepEqual(await counts(plane, telemetry(), sidecar(egress("./*"))), [0, 1]);
    }
    assert.deepEqual(await counts(controlPlane(withProviders(zipkin(unknown))), sidecar(egress("./*"))), [0, 0]);
  });
});
