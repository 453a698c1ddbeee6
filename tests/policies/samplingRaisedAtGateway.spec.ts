import assert from "node:assert/strict";
import { samplingRaisedAtGateway } from "../../policies/rules/sampling/samplingRaisedAtGateway";
import { controlPlane, deployment, judge, resource, roll, telemetry, unknown } from "./helper";

const mesh = [controlPlane(), roll("bookinfo")];
const sampled = (percent: unknown, ns: unknown, spec: object = {}) =>
  telemetry([{ randomSamplingPercentage: percent }], { ns, name: `of-${String(ns)}`, spec });
const judged = (...resources: Parameters<typeof judge>[1]) => judge(samplingRaisedAtGateway, [...mesh, ...resources]);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;

describe("sampling-raised-at-gateway", () => {
  it("refuses a namespace's rate above the mesh's", async () => {
    const subject = sampled(5, "bookinfo");
    assert.deepEqual((await judged(sampled(1, "istio-system"), subject)).violations, [
      {
        message:
          "Telemetry bookinfo/of-bookinfo: spec.tracing[0].randomSamplingPercentage is 5, but a request that comes through a gateway is decided there, " +
          "by the 1 % of Telemetry istio-system/of-istio-system; this holds only for requests that begin in the namespace. " +
          "Raise spec.tracing[0].randomSamplingPercentage there, or lower this to at most 1.",
        urn: subject.urn,
      },
    ]);
  });

  it("accepts a rate that is not above it, and one without a rate of the mesh to compare with", async () => {
    assert.equal(await count(sampled(1, "istio-system"), sampled(1, "bookinfo")), 0);
    assert.equal(await count(sampled(1, "istio-system"), sampled(1.01, "bookinfo")), 1);
    assert.equal(await count(sampled(1, "istio-system"), sampled(0, "bookinfo")), 0);
    assert.equal(await count(sampled(5, "bookinfo")), 0);
    assert.equal(await count(telemetry([{}]), sampled(5, "bookinfo")), 0);
  });

  it("goes by the rate for the requests that a gateway sends, of the last entry that has one", async () => {
    const server = { match: { mode: "SERVER" }, randomSamplingPercentage: 1 };
    assert.equal(await count(telemetry([server]), sampled(5, "bookinfo")), 0);
    const entries = [{ randomSamplingPercentage: 10 }, { match: { mode: "CLIENT" }, randomSamplingPercentage: 1 }];
    assert.equal(await count(telemetry(entries), sampled(5, "bookinfo")), 1);
  });

  it("accepts what selects workloads of the root namespace, and namespaces that are not in the mesh", async () => {
    const gateways = { selector: { matchLabels: { istio: "ingressgateway" } } };
    assert.equal(await count(sampled(1, "istio-system"), sampled(100, "istio-system", gateways)), 0);
    assert.equal(await count(sampled(1, "istio-system"), sampled(5, "shop")), 0);
  });

  it("accepts it in a namespace that has gateways of its own", async () => {
    const rates = [sampled(1, "istio-system"), sampled(5, "bookinfo")];
    const inject = { "inject.istio.io/templates": "gateway" };
    const gatewayApi = (namespace: string) =>
      resource("gateway.networking.k8s.io/v1:Gateway", { metadata: { name: "x", namespace } });
    assert.equal(await count(...rates, deployment("bookinfo", { annotations: inject })), 0);
    assert.equal(await count(...rates, deployment("bookinfo", { labels: inject })), 0);
    assert.equal(await count(...rates, gatewayApi("bookinfo")), 0);
    assert.equal(await count(...rates, gatewayApi("istio-system")), 1);
    assert.equal(await count(...rates, deployment("bookinfo")), 1);
    assert.equal(await count(...rates, deployment("bookinfo", { labels: { "inject.istio.io/templates": "grpc" } })), 1);
  });

  it("judges patches and both API versions", async () => {
    const spec = { tracing: [{ randomSamplingPercentage: 5 }] };
    for (const token of ["telemetry.istio.io/v1:TelemetryPatch", "telemetry.istio.io/v1:Telemetry"]) {
      const subject = resource(token, { metadata: { name: "x", namespace: "bookinfo" }, spec });
      assert.equal(await count(sampled(1, "istio-system"), subject), 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [sampled(1, "istio-system"), sampled(unknown, "bookinfo")],
      [sampled(unknown, "istio-system"), sampled(5, "bookinfo")],
      [telemetry(unknown), sampled(5, "bookinfo")],
      [sampled(1, "istio-system"), telemetry(unknown, { ns: "bookinfo", name: "x" })],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    assert.equal(await count(sampled(1, "istio-system"), sampled(5, unknown)), 0);
  });
});
