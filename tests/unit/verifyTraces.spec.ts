import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ChainSettings } from "../../components/tracingChain";
import type { VerificationSettings } from "../../components/verification";
import { bookinfoTrace, jaegerTrace, tempoTrace } from "../helpers/bookinfoTraces";
import type { KeyPair } from "../helpers/certificates";
import { authority, serverCertificate } from "../helpers/certificates";
import { Folder } from "../helpers/folder";
import type { Ended } from "../helpers/jobScript";
import { runJobScript } from "../helpers/jobScript";
import { Loopback } from "../helpers/loopback";
import { paths, tracedCluster } from "../helpers/tracedCluster";

const traceIds = ["a".repeat(32), "b".repeat(32)];
const searchPath = "/api/namespaces/bookinfo/services/productpage/traces";

/** The traces of two requests of the traffic job, as Kiali has them from Jaeger's API. */
const [first, second] = traceIds.map((traceId) => jaegerTrace(bookinfoTrace({ traceId, fromTraffic: true })));

/** A trace of which only the spans of one service arrived. */
function only(trace: ReturnType<typeof jaegerTrace>, service: string) {
  const spans = trace.spans.filter(({ processID }) => trace.processes[processID]?.serviceName === service);
  return { ...trace, spans };
}

/** Answers by path, query aside; a number is a status, a function answers by itself, and a missing path is a 404. */
type KialiAnswers = Record<string, unknown>;

const complete: KialiAnswers = {
  [`/api/traces/${traceIds[0]}`]: { data: first, errors: null },
  [`/api/traces/${traceIds[1]}`]: { data: second, errors: null },
  [searchPath]: { data: [first, second], errors: null },
};

/** Answers all that is asked. */
function answerAll(request: IncomingMessage, response: ServerResponse): void {
  response.end(JSON.stringify(complete[request.url!.split("?")[0]!]));
}

/** Answers with a whole trace, whichever is asked for. */
function answerWhole(request: IncomingMessage, response: ServerResponse): void {
  const traceId = request.url!.split("/").at(-1);
  response.end(JSON.stringify({ data: jaegerTrace(bookinfoTrace({ traceId, fromTraffic: true })) }));
}

describe("verifyTraces.mjs", () => {
  let folder: Folder;
  let ca: KeyPair;
  let pair: KeyPair;
  const started: Loopback[] = [];
  const brief = { timeoutSeconds: 1 };

  before(async () => {
    folder = new Folder();
    ca = await authority("service-ca");
    pair = await serverCertificate(ca);
    folder.write("service-ca.crt", ca.cert);
    folder.write("ca.crt", ca.cert);
    folder.write("token", "account-token\n");
  });

  afterEach(() => {
    started.splice(0).forEach((kiali) => kiali.stop());
  });

  after(() => folder.remove());

  /** Verifies against a stand-in of Kiali. */
  async function verify(
    answers: KialiAnswers | ((request: IncomingMessage, response: ServerResponse) => void),
    changes: object = {},
    caFile = "service-ca.crt",
  ): Promise<Ended> {
    const listener =
      typeof answers === "function"
        ? answers
        : (request: IncomingMessage, response: ServerResponse) => {
            const answer = answers[request.url!.split("?")[0]!] ?? 404;
            if (typeof answer === "function") {
              (answer as (response: ServerResponse) => void)(response);
              return;
            }
            response.writeHead(typeof answer === "number" ? answer : 200);
            response.end(typeof answer === "number" ? `{"error":"status ${answer}"}` : JSON.stringify(answer));
          };
    const kiali = await Loopback.start(listener, pair);
    started.push(kiali);
    return run(kiali.url, changes, caFile);
  }

  function run(
    kialiUrl: string,
    changes: object = {},
    caFile = "service-ca.crt",
    apiServer: Record<string, string> = {},
  ): Promise<Ended> {
    const settings: VerificationSettings & { chain: ChainSettings } = {
      kialiUrl,
      traceIds,
      namespace: "bookinfo",
      service: "productpage",
      services: ["productpage.bookinfo", "reviews.bookinfo"],
      versions: {},
      minTraces: 2,
      maxOrphanPercentage: 0,
      lookBackSeconds: 3_600,
      timeoutSeconds: 10,
      chain: {
        controlPlaneNamespace: "istio-system",
        services: ["productpage.bookinfo", "reviews.bookinfo"],
        gatewaySelector: "istio=ingressgateway",
      },
      ...changes,
    };
    return runJobScript("verifyTraces.mjs", {
      VERIFICATION_SETTINGS: JSON.stringify(settings),
      SERVICE_CA_FILE: `${folder.path}/${caFile}`,
      ACCOUNT_FOLDER: folder.path,
      ...apiServer,
    });
  }

  it("succeeds when Kiali has every trace and shows the entry service", async () => {
    const ended = await verify(complete);
    assert.equal(ended.code, 0, ended.output);
    assert.match(
      ended.termination!,
      /^all 2 traces are in Kiali, with spans of productpage\.bookinfo, reviews\.bookinfo, the first within [\d.]+ s$/,
    );
  });

  it("asks as its ServiceAccount, for the known ids and for the last hour", async () => {
    const asked: (string | undefined)[] = [];
    const before = Date.now();
    await verify((request, response) => {
      assert.equal(request.headers.authorization, "Bearer account-token");
      asked.push(request.url);
      answerAll(request, response);
    });
    assert.deepEqual(asked.slice(0, 2), [`/api/traces/${traceIds[0]}`, `/api/traces/${traceIds[1]}`]);
    const search = new URL(asked[2]!, "https://kiali");
    assert.equal(search.pathname, searchPath);
    const since = Number(search.searchParams.get("startMicros")) / 1000 - (before - 3_600_000);
    assert.ok(since >= 0 && since < 60_000, `${since} ms`);
  });

  it("takes the answer about one trace in both dialects that Kiali has, in a list or by itself", async () => {
    const fromTempo = tempoTrace(bookinfoTrace({ traceId: traceIds[0], fromTraffic: true }));
    for (const data of [[first], fromTempo]) {
      const ended = await verify({ ...complete, [`/api/traces/${traceIds[0]}`]: { data, errors: null } });
      assert.equal(ended.code, 0, ended.output);
    }
  });

  it("looks again for traces that come late, and only for those", async () => {
    const asked: (string | undefined)[] = [];
    const ended = await verify((request, response) => {
      asked.push(request.url?.split("?")[0]);
      if (request.url === `/api/traces/${traceIds[1]}` && asked.length < 4) {
        response.writeHead(404);
      }
      answerAll(request, response);
    });
    assert.equal(ended.code, 0, ended.output);
    const [one, two] = traceIds.map((id) => `/api/traces/${id}`);
    assert.deepEqual(asked, [one, two, two, two, searchPath]);
    assert.match(ended.output, /^1 of 2 traces not in Kiali, for example b{32}: not found\n/);
  });

  it("looks again for traces whose spans come late, and only for those", async () => {
    const asked: (string | undefined)[] = [];
    const ended = await verify((request, response) => {
      asked.push(request.url?.split("?")[0]);
      if (request.url === `/api/traces/${traceIds[1]}` && asked.length < 4) {
        response.end(JSON.stringify({ data: only(second!, "istio-ingressgateway.istio-system") }));
      } else {
        answerAll(request, response);
      }
    });
    assert.equal(ended.code, 0, ended.output);
    const [one, two] = traceIds.map((id) => `/api/traces/${id}`);
    assert.deepEqual(asked, [one, two, searchPath, two, searchPath]);
    assert.match(ended.output, /^1 of 2 traces lack a service, for example b{32}: no span of productpage\.bookinfo, /);
  });

  it("fails when a trace is missing, in each of Kiali's words for that", async () => {
    const nothing = { traceID: "", spans: null, processes: null };
    const missing = [
      404,
      { data: [] },
      { data: null },
      { data: nothing, errors: [{ code: 404, msg: "trace not found" }] },
      (response: ServerResponse) => response.writeHead(503).end('{"error":"Error returning traces: "}'),
      (response: ServerResponse) =>
        response.writeHead(503).end('{"error":"GetTraceDetail, Tracing GRPC client error: trace not found"}'),
    ];
    const looks = missing.map(async (answer) => {
      const ended = await verify({ ...complete, [`/api/traces/${traceIds[1]}`]: answer }, brief);
      assert.equal(ended.code, 1, JSON.stringify(answer));
      assert.match(ended.termination!, /^1 of 2 traces not in Kiali, for example b{32}: not found after 1 s\./);
    });
    await Promise.all(looks);
  });

  it("fails when a trace has spans of the gateway alone", async () => {
    const data = only(second!, "istio-ingressgateway.istio-system");
    const ended = await verify({ ...complete, [`/api/traces/${traceIds[1]}`]: { data } }, brief);
    assert.equal(ended.code, 1);
    assert.match(
      ended.termination!,
      /^1 of 2 traces lack a service, for example b{32}: no span of productpage\.bookinfo, reviews\.bookinfo, only of istio-ingressgateway\.istio-system after 1 s\./,
    );
  });

  it("fails when Kiali has the traces but lists none for the entry service", async () => {
    const others = { data: [only(first!, "details.bookinfo")] };
    const looks = [404, { data: [] }, others].map(async (search) => {
      const ended = await verify({ ...complete, [searchPath]: search }, brief);
      assert.equal(ended.code, 1, JSON.stringify(search));
      assert.match(ended.termination!, /^Kiali lists no trace of productpage\.bookinfo after 1 s\./);
    });
    await Promise.all(looks);
  });

  it("says which link is broken where its account may see that", async () => {
    const asked: string[] = [];
    const objects: Record<string, unknown> = { ...tracedCluster(), [paths.rootTelemetry]: { items: [] } };
    const api = await Loopback.start((request, response) => {
      asked.push(request.headers.authorization!);
      const answer = objects[request.url!] ?? objects[request.url!.split("?")[0]!];
      // The job's account may not read resources of the operators.
      const status = request.url!.startsWith("/apis/maistra.io") ? 403 : answer === undefined ? 404 : 200;
      response.writeHead(status).end(JSON.stringify(answer ?? {}));
    }, pair);
    const kiali = await Loopback.start((_, response) => response.writeHead(404).end(), pair);
    started.push(api, kiali);
    const ended = await run(kiali.url, brief, undefined, {
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: new URL(api.url).port,
    });
    assert.equal(ended.code, 1);
    assert.match(
      ended.termination!,
      /^2 of 2 traces not in Kiali, for example a{32}: not found after 1 s\. The first broken link is Telemetry: istio-ingressgateway\.istio-system reports nothing: no Telemetry names a provider\. Way out: /,
    );
    assert.deepEqual(new Set(asked), new Set(["Bearer account-token"]));
    assert.ok(!ended.output.includes("account-token"));
  });

  for (const status of [401, 403]) {
    it(`gives up at once when Kiali refuses the account with ${status}, and keeps the token to itself`, async () => {
      const ended = await verify({ ...complete, [`/api/traces/${traceIds[0]}`]: status }, { timeoutSeconds: 60 });
      assert.equal(ended.code, 1);
      assert.equal(ended.termination, `Kiali refuses this token (${status}): {"error":"status ${status}"}`);
      assert.ok(ended.took < 10_000);
      assert.ok(!ended.output.includes("account-token"));
    });
  }

  it("survives errors of Kiali, and gives the last one as the reason when time is over", async () => {
    let answered = 0;
    const mended = await verify((request, response) => {
      response.statusCode = answered++ === 0 ? 500 : 200;
      answerAll(request, response);
    });
    assert.equal(mended.code, 0, mended.output);
    const broken = await verify({ ...complete, [`/api/traces/${traceIds[0]}`]: 503 }, brief);
    assert.equal(broken.code, 1);
    assert.match(
      broken.termination!,
      /^Kiali at https:.*: 503 to \/api\/traces\/a{32}: {"error":"status 503"} after 1 s\./,
    );
    const backend = await verify(
      (_, response) => response.writeHead(503).end('{"error":"Error returning traces: too many outstanding requests"}'),
      brief,
    );
    assert.match(backend.termination!, /: 503 to .*too many outstanding requests/);
    const page = await verify((_, response) => response.end("<html>login</html>"), brief);
    assert.match(page.termination!, /no JSON from \/api\/traces\/a{32}: <html>login<\/html> after 1 s/);
  });

  it("trusts the service CA alone", async () => {
    folder.write("other.crt", (await authority("other")).cert);
    let reached = false;
    const ended = await verify(
      () => {
        reached = true;
      },
      brief,
      "other.crt",
    );
    assert.equal(ended.code, 1);
    assert.match(ended.termination!, /^Kiali at https:.*: [A-Z_]*(CERT|SIGNATURE)[A-Z_]* after 1 s/);
    assert.equal(reached, false, "the token was sent to a server that is not trusted");
  });

  it("wants Kiali's name in the certificate", async () => {
    const kiali = await Loopback.start(answerAll, pair);
    started.push(kiali);
    const ended = await run(kiali.url.replace("127.0.0.1", "localhost"), brief);
    assert.equal(ended.code, 1);
    assert.match(ended.termination!, /: ERR_TLS_CERT_ALTNAME_INVALID after 1 s/);
  });

  it("fails in time where Kiali is not there, silent, cut off or slow", async () => {
    const gone = await Loopback.start(() => undefined);
    gone.stop();
    const cases: readonly (readonly [string, () => Promise<Ended>, RegExp])[] = [
      ["gone", () => run(gone.url.replace("http:", "https:"), brief), /: ECONNREFUSED after 1 s/],
      ["silent", () => verify(() => undefined, brief), /: no answer within 1 s after 1 s/],
      [
        "silent in the middle",
        () => verify((_, response) => response.write('{"data":'), brief),
        /: no answer within 1 s after 1 s|: ECONNRESET after 1 s/,
      ],
      [
        "cut off",
        () => verify((_, response) => response.write("{", () => response.destroy()), brief),
        /: ECONNRESET after 1 s/,
      ],
      [
        "slow",
        () =>
          verify((request, response) => setTimeout(() => answerWhole(request, response), 300), {
            ...brief,
            traceIds: Array.from({ length: 20 }, (__, index) => String(index).padStart(32, "0")),
          }),
        /^1\d of 20 traces not in Kiali, for example 0{30}0\d: not found after 1 s/,
      ],
    ];
    const looks = cases.map(async ([name, look, reason]) => {
      const ended = await look();
      assert.equal(ended.code, 1, name);
      assert.match(ended.termination!, reason);
      assert.ok(ended.took < 6_000, `${name}: ${ended.took} ms`);
    });
    await Promise.all(looks);
  });
});
