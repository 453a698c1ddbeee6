import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import * as pulumi from "@pulumi/pulumi";
import { sendTraffic } from "../../components/jobs/traffic.mjs";
import { knownTraceIds, Traffic } from "../../components/traffic";
import { authority, serverCertificate } from "../helpers/certificates";
import { assertComponent, deploy } from "../helpers/deploy";
import type { Ended } from "../helpers/jobScript";
import { runJobScript } from "../helpers/jobScript";
import { bookinfo, mesh, telemetry } from "../helpers/layers";
import { Loopback } from "../helpers/loopback";
import { makersOf, valueOf } from "../helpers/mocks";

const settings = { requests: 3, perSecond: 2, timeoutSeconds: 45, image: "node:1" };

describe("Traffic", () => {
  const deployed = (changes: Partial<typeof settings> = {}) =>
    deploy(() => new Traffic("traffic", { mesh, bookinfo, telemetry, settings: { ...settings, ...changes } }));
  const idsOf = async (...args: Parameters<typeof deployed>) =>
    await valueOf((await deployed(...args)).component.traceIds);

  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:proof:Traffic");
  });

  it("is a job that enters through the mesh's gateway, in count, rate and time as configured", async () => {
    const { component, recorder } = await deployed();
    const { inputs } = recorder.find("traffic-job");
    assert.partialDeepStrictEqual(inputs.metadata, { namespace: "mesh-root" });
    const [container] = (
      inputs.spec as { template: { spec: { containers: [{ image: string; env: [{ name: string; value: string }] }] } } }
    ).template.spec.containers;
    assert.equal(container.image, "node:1");
    assert.equal(container.env[0].name, "TRAFFIC_SETTINGS");
    assert.deepEqual(JSON.parse(container.env[0].value), {
      url: "http://front-door.mesh-root.svc.cluster.local/productpage",
      host: "demo.example.test",
      perSecond: 2,
      timeoutSeconds: 45,
      samplingPercentage: 12.5,
      traceIds: await valueOf(component.traceIds),
    });
  });

  it("is ended by the cluster only after the script had time to give its reason", async () => {
    const { recorder } = await deployed();
    assert.partialDeepStrictEqual(recorder.find("traffic-job").inputs.spec, { activeDeadlineSeconds: 105 });
  });

  it("knows its trace ids beforehand: one a request, new ones when and only when it runs again", async () => {
    const ids = await idsOf();
    assert.equal(new Set(ids).size, 3);
    assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)));
    assert.deepEqual(await idsOf(), ids);
    const changes: Partial<typeof settings>[] = [{ perSecond: 3 }, { requests: 4 }, { image: "node:2" }];
    for (const others of await Promise.all(changes.map((change) => idsOf(change)))) {
      assert.ok(others.every((id) => !ids.includes(id)));
    }
  });

  it("takes them from a number that is drawn anew for each run, never from the settings alone", async () => {
    const { recorder } = await deployed();
    const { type, inputs } = recorder.find("traffic-run");
    assert.equal(type, "random:index/randomId:RandomId");
    assert.deepEqual(Object.keys(inputs.keepers as object), ["job"]);
    assert.notDeepEqual(knownTraceIds(3, "first"), knownTraceIds(3, "second"));
  });

  it("waits until every member is configured, or the mesh does not see the trace store", async () => {
    const roll = new pulumi.ComponentResource("test:mesh:Roll", "roll", {}, {});
    const members = roll.urn.apply(() => ["shop"]);
    const { component } = await deploy(
      () => new Traffic("traffic", { mesh: { ...mesh, members }, bookinfo, telemetry, settings }),
    );
    assert.ok((await makersOf(component.traceIds)).has("roll"));
  });

  it("tells them once the job is done", async () => {
    const { component } = await deployed();
    assert.ok((await makersOf(component.traceIds)).has("traffic-job"));
  });
});

describe("traffic.mjs", () => {
  const traceIds = knownTraceIds(3, "test");
  const brief = { timeoutSeconds: 0.3 };
  let gateway: Loopback | undefined;

  afterEach(() => {
    gateway?.stop();
    gateway = undefined;
  });

  async function send(answer: RequestListener, changes: object = {}): Promise<Ended> {
    gateway = await Loopback.start(answer);
    return run(`${gateway.url}/productpage`, changes);
  }

  function run(url: string, changes: object = {}): Promise<Ended> {
    const given = { url, host: "demo.example.test", traceIds, perSecond: 50, timeoutSeconds: 10, ...changes };
    return runJobScript("traffic.mjs", { TRAFFIC_SETTINGS: JSON.stringify(given) });
  }

  it("sends each request as the root of its trace, with the sampled flag and the Gateway's host", async () => {
    const seen: unknown[] = [];
    const ended = await send((request, response) => {
      const { host, "x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-sampled": sampled } = request.headers;
      seen.push({ path: request.url, host, trace, span, sampled, parent: request.headers["x-b3-parentspanid"] });
      response.end("page");
    });
    assert.deepEqual(
      seen,
      traceIds.map((trace) => ({
        path: "/productpage",
        host: "demo.example.test",
        trace,
        span: trace.slice(16),
        sampled: "1",
        parent: undefined,
      })),
    );
    assert.equal(ended.code, 0, ended.output);
    assert.equal(ended.termination, "3 requests answered 200");
  });

  it("goes through TLS to a page that has it, and trusts the authority that is named alone", async () => {
    const ca = await authority("router");
    gateway = await Loopback.start((_, response) => response.end("page"), await serverCertificate(ca));
    const trusting = await run(`${gateway.url}/productpage`, { ca: ca.cert });
    assert.equal(trusting.termination, "3 requests answered 200", trusting.output);
    const distrusting = await run(`${gateway.url}/productpage`, brief);
    assert.match(distrusting.termination!, /still answered [A-Z_]*(CERT|SIGNATURE)[A-Z_]* after/);
  });

  it("ends early when it is told to", async () => {
    gateway = await Loopback.start((_, response) => response.writeHead(503).end());
    const controller = new AbortController();
    const settings = { url: gateway.url, host: "h", traceIds, perSecond: 0.1, timeoutSeconds: 600 };
    const sending = sendTraffic(settings, () => controller.abort(), controller.signal);
    await assert.rejects(sending, { name: "AbortError" });
  });

  it("keeps to its rate", async () => {
    const at: number[] = [];
    await send(
      (_, response) => {
        at.push(Date.now());
        response.end();
      },
      { perSecond: 5 },
    );
    assert.equal(at.length, 3);
    assert.ok(at[2]! - at[0]! >= 390, `${at[2]! - at[0]!} ms for two pauses of 200`);
  });

  it("sends a request again while the gateway has not learned the route", async () => {
    const seen: (string | string[] | undefined)[] = [];
    const ended = await send((request, response) => {
      seen.push(request.headers["x-b3-traceid"]);
      response.writeHead(seen.length <= 2 ? 404 : 200).end();
    });
    assert.deepEqual(seen, [traceIds[0], traceIds[0], ...traceIds]);
    assert.equal(ended.code, 0);
    assert.match(ended.output, /^request 1: 404\nrequest 1: 404\nrequest 1 of 3: 200, trace /);
  });

  it("gives up when time is over, with the answer as the reason", async () => {
    const ended = await send((_, response) => response.writeHead(503).end(), brief);
    assert.equal(ended.code, 1);
    assert.match(ended.termination!, /^request 1 of 3 to http:.*\/productpage still answered 503 after 0.3 s$/);
    assert.ok(ended.took < 5_000);
  });

  it("gives up where nobody answers", async () => {
    const gone = await Loopback.start(() => undefined);
    gone.stop();
    const ended = await run(`${gone.url}/productpage`, brief);
    assert.equal(ended.code, 1);
    assert.match(ended.termination!, /still answered ECONNREFUSED after 0.3 s$/);
  });

  it("takes half an answer for none", async () => {
    const ended = await send((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    }, brief);
    assert.equal(ended.code, 1, ended.output);
    assert.match(ended.termination!, /still answered answer cut off after 0.3 s$/);
  });

  it("is over in time where all answers are good but slow", async () => {
    const ended = await send((_, response) => setTimeout(() => response.end(), 200), brief);
    assert.equal(ended.code, 1);
    assert.match(ended.termination!, /^only [12] of 3 requests to http:.* were answered within 0.3 s$/);
  });
});
