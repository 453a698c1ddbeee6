import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { KeyPair } from "../helpers/certificates";
import { authority, serverCertificate } from "../helpers/certificates";
import { Folder } from "../helpers/folder";
import type { Ended } from "../helpers/jobScript";
import { runJobScript } from "../helpers/jobScript";
import { Loopback } from "../helpers/loopback";

const traceIds = ["a".repeat(32), "b".repeat(32)];
const searchPath = "/api/namespaces/bookinfo/services/productpage/traces";

/** A trace as Kiali answers it, of the Jaeger API's form. */
const trace = (service = "productpage.bookinfo") => ({
  data: [{ spans: [{ spanID: "1" }], processes: { p1: { serviceName: service } } }],
  errors: null,
});

/** Answers by path, query aside; a number is a status, and a missing path a 404. */
type KialiAnswers = Record<string, unknown>;

const complete: KialiAnswers = {
  [`/api/traces/${traceIds[0]}`]: trace(),
  [`/api/traces/${traceIds[1]}`]: trace(),
  [searchPath]: trace(),
};

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
            response.writeHead(typeof answer === "number" ? answer : 200);
            response.end(typeof answer === "number" ? `{"error":"status ${answer}"}` : JSON.stringify(answer));
          };
    const kiali = await Loopback.start(listener, pair);
    started.push(kiali);
    return run(kiali.url, changes, caFile);
  }

  function run(kialiUrl: string, changes: object = {}, caFile = "service-ca.crt"): Promise<Ended> {
    const settings = {
      kialiUrl,
      traceIds,
      namespace: "bookinfo",
      service: "productpage",
      timeoutSeconds: 10,
      ...changes,
    };
    return runJobScript("verifyTraces.mjs", {
      VERIFICATION_SETTINGS: JSON.stringify(settings),
      SERVICE_CA_FILE: `${folder.path}/${caFile}`,
      TOKEN_FILE: `${folder.path}/token`,
    });
  }

  it("succeeds when Kiali has every trace and shows the entry service", async () => {
    const ended = await verify(complete);
    assert.equal(ended.code, 0, ended.output);
    assert.equal(ended.termination, "all 2 traces are in Kiali, with spans of productpage.bookinfo");
  });

  it("asks as its ServiceAccount, for the known ids and for the last hour", async () => {
    const asked: (string | undefined)[] = [];
    const before = Date.now();
    await verify((request, response) => {
      assert.equal(request.headers.authorization, "Bearer account-token");
      asked.push(request.url);
      response.end(JSON.stringify(trace()));
    });
    assert.deepEqual(asked.slice(0, 2), [`/api/traces/${traceIds[0]}`, `/api/traces/${traceIds[1]}`]);
    const search = new URL(asked[2]!, "https://kiali");
    assert.equal(search.pathname, searchPath);
    const since = Number(search.searchParams.get("startMicros")) / 1000 - (before - 3_600_000);
    assert.ok(since >= 0 && since < 60_000, `${since} ms`);
  });

  it("takes the answer about one trace in both forms that Kiali has", async () => {
    const single = { data: trace().data[0], errors: null };
    const ended = await verify({ ...complete, [`/api/traces/${traceIds[0]}`]: single });
    assert.equal(ended.code, 0, ended.output);
  });

  it("looks again for traces that come late, and only for those", async () => {
    const asked: (string | undefined)[] = [];
    const ended = await verify(
      (request, response) => {
        asked.push(request.url?.split("?")[0]);
        const late = request.url === `/api/traces/${traceIds[1]}` && asked.length < 4;
        response.writeHead(late ? 404 : 200).end(JSON.stringify(trace()));
      },
      { timeoutSeconds: 10 },
    );
    assert.equal(ended.code, 0, ended.output);
    const [first, second] = traceIds.map((id) => `/api/traces/${id}`);
    assert.deepEqual(asked, [first, second, second, second, searchPath]);
    assert.match(
      ended.output,
      /^1 of 2 traces are not in Kiali with spans of productpage\.bookinfo, for example b{32}\n/,
    );
  });

  it("fails when a trace is missing, empty, without an answer or the gateway's alone, and says where to look", async () => {
    const where =
      /Check in this order: Telemetry mesh-default, the mesh's extensionProviders, sidecars of the pods, Tempo's distributor, Kiali's external_services\.tracing\.$/;
    const gatewayAlone = trace("istio-ingressgateway.istio-system");
    const looks = [404, { data: [] }, { data: null }, { data: [{ spans: [] }] }, gatewayAlone].map(async (missing) => {
      const ended = await verify({ ...complete, [`/api/traces/${traceIds[1]}`]: missing }, brief);
      assert.equal(ended.code, 1, JSON.stringify(missing));
      assert.match(
        ended.termination!,
        /^1 of 2 traces are not in Kiali with spans of productpage\.bookinfo, for example b{32} after 1 s\. /,
      );
      assert.match(ended.termination!, where);
    });
    await Promise.all(looks);
  });

  it("fails when Kiali has the traces but shows none for the entry service", async () => {
    const looks = [404, { data: [] }, trace("details.bookinfo"), trace("productpage.other")].map(async (search) => {
      const ended = await verify({ ...complete, [searchPath]: search }, brief);
      assert.equal(ended.code, 1, JSON.stringify(search));
      assert.match(ended.termination!, /^Kiali has the traces but shows none for productpage\.bookinfo after 1 s\. /);
    });
    await Promise.all(looks);
  });

  for (const status of [401, 403]) {
    it(`gives up at once when Kiali refuses the account with ${status}, and keeps the token to itself`, async () => {
      const ended = await verify({ ...complete, [`/api/traces/${traceIds[0]}`]: status }, { timeoutSeconds: 60 });
      assert.equal(ended.code, 1);
      assert.equal(
        ended.termination,
        `Kiali refuses the job's ServiceAccount (${status}): {"error":"status ${status}"}`,
      );
      assert.ok(ended.took < 10_000);
      assert.ok(!ended.output.includes("account-token"));
    });
  }

  it("survives errors of Kiali, and gives the last one as the reason when time is over", async () => {
    let answered = 0;
    const mended = await verify(
      (_, response) => response.writeHead(answered++ === 0 ? 500 : 200).end(JSON.stringify(trace())),
      { timeoutSeconds: 10 },
    );
    assert.equal(mended.code, 0, mended.output);
    const broken = await verify({ ...complete, [`/api/traces/${traceIds[0]}`]: 503 }, brief);
    assert.equal(broken.code, 1);
    assert.match(
      broken.termination!,
      /^Kiali at https:.*: 503 to \/api\/traces\/a{32}: {"error":"status 503"} after 1 s\. /,
    );
    const page = await verify((_, response) => response.end("<html>login</html>"), brief);
    assert.match(page.termination!, /no JSON from \/api\/traces\/a{32}: <html>login<\/html> after 1 s/);
  });

  it("trusts the service CA alone", async () => {
    folder.write("other.crt", (await authority("other")).cert);
    let reached = false;
    const ended = await verify(
      (_, response) => {
        reached = true;
        response.end(JSON.stringify(trace()));
      },
      brief,
      "other.crt",
    );
    assert.equal(ended.code, 1);
    assert.match(ended.termination!, /^Kiali at https:.*: [A-Z_]*(CERT|SIGNATURE)[A-Z_]* after 1 s/);
    assert.equal(reached, false, "the token was sent to a server that is not trusted");
  });

  it("wants Kiali's name in the certificate", async () => {
    const kiali = await Loopback.start((_, response) => response.end(JSON.stringify(trace())), pair);
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
          verify((_, response) => setTimeout(() => response.end(JSON.stringify(trace())), 300), {
            ...brief,
            traceIds: Array.from({ length: 20 }, (__, index) => String(index).padStart(32, "0")),
          }),
        /^1\d of 20 traces are not in Kiali with spans of productpage\.bookinfo, for example 0{30}0\d after 1 s/,
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
