import assert from "node:assert/strict";
import { conclusion } from "../../components/jobs/conclusion.mjs";
import { httpGet } from "../../components/jobs/httpGet.mjs";
import { KialiApi, Refused } from "../../components/jobs/kialiApi.mjs";
import { readTraces } from "../../components/jobs/traces.mjs";
import { verify } from "../../components/jobs/verification.mjs";
import type { Trace } from "../../components/traces";
import type { TraceSource, VerificationSettings } from "../../components/verification";
import type { BookinfoRequest } from "../helpers/bookinfoTraces";
import { bookinfoTrace, jaegerTrace } from "../helpers/bookinfoTraces";
import { Loopback } from "../helpers/loopback";

const settings: VerificationSettings = {
  kialiUrl: "https://kiali.example.test",
  traceIds: [],
  namespace: "bookinfo",
  service: "productpage",
  services: ["productpage.bookinfo", "reviews.bookinfo"],
  versions: {},
  minTraces: 2,
  maxAgeSeconds: 600,
  maxOrphanPercentage: 0,
  lookBackSeconds: 600,
  timeoutSeconds: 1,
};

/** A trace of a request just now. */
function trace(request: BookinfoRequest): Trace {
  return readTraces({ data: jaegerTrace(bookinfoTrace({ startMs: Date.now() - 2_000, ...request })) })[0]!;
}

/** As Tempo's search gives it: no links, and not every span. */
function searched({ id, spans }: Trace): Trace {
  return {
    id,
    spans: spans.filter(({ service }) => service === "productpage.bookinfo").map(({ parentId, ...span }) => span),
  };
}

/** A Kiali that has these traces. */
class Source implements TraceSource {
  readonly asked: string[] = [];
  since = 0;

  constructor(
    private readonly traces: readonly Trace[],
    private readonly listed: readonly Trace[] = traces,
  ) {}

  trace(id: string): Promise<Trace | undefined> {
    this.asked.push(id);
    return Promise.resolve(this.traces.find((each) => each.id === id));
  }

  search(_namespace: string, _service: string, sinceMicros: number): Promise<Trace[]> {
    this.since = sinceMicros;
    return Promise.resolve([...this.listed]);
  }
}

const quiet = () => undefined;

describe("the verification", () => {
  let traces: readonly Trace[];

  // For each test anew: made when the file is read, they are too old by the time a long run comes to it.
  beforeEach(() => {
    traces = [trace({ seed: 1 }), trace({ seed: 2, reviews: "v1" })];
  });

  describe("without known ids", () => {
    it("takes the traces that the search gives whole, without asking for each", async () => {
      const source = new Source(traces);
      const verification = await verify(settings, source, quiet);
      assert.equal(verification.passed, true, conclusion(verification, settings));
      assert.deepEqual(source.asked, []);
      assert.deepEqual(
        verification.checks.map(({ id }) => id),
        ["count", "freshness", "services", "root", "parent-links", "orphans", "versions"],
      );
      assert.ok(Math.abs(Date.now() - source.since / 1000 - 600_000) < 30_000);
      assert.match(conclusion(verification, settings), /^2 traces found in Kiali, with spans of productpage/);
    });

    it("asks for each where the search gives parts, as Tempo's does", async () => {
      const source = new Source(traces, traces.map(searched));
      const verification = await verify(settings, source, quiet);
      assert.equal(verification.passed, true, conclusion(verification, settings));
      assert.deepEqual(
        source.asked,
        traces.map(({ id }) => id),
      );
      assert.deepEqual(verification.traces, traces);
    });

    it("leaves out what is listed without a span of the entry service", async () => {
      const foreign = {
        ...traces[0]!,
        spans: traces[0]!.spans.filter(({ service }) => service === "details.bookinfo"),
      };
      const verification = await verify(settings, new Source([foreign]), quiet);
      assert.equal(verification.passed, false);
      assert.match(conclusion(verification, settings), /^0 traces, 2 wanted after 1 s\.$/);
      assert.equal(verification.firstTrace, undefined);
    });

    it("fails on traces that are too old", async () => {
      const old = [1, 2].map((seed) => trace({ seed, startMs: Date.now() - 700_000 }));
      const verification = await verify(settings, new Source(old), quiet);
      assert.match(conclusion(verification, settings), /^the newest began 7\d\d s ago after 1 s\.$/);
    });
  });

  describe("with known ids", () => {
    let known: VerificationSettings;

    beforeEach(() => {
      known = { ...settings, traceIds: traces.map(({ id }) => id), maxAgeSeconds: undefined };
    });

    it("looks at these alone, and that Kiali's search lists some", async () => {
      const source = new Source([...traces, trace({ seed: 3 })]);
      const verification = await verify(known, source, quiet);
      assert.equal(verification.passed, true, conclusion(verification, known));
      assert.equal(verification.traces.length, 2);
      assert.equal(verification.checks.at(-1)?.id, "search");
    });

    it("names what is missing", async () => {
      const verification = await verify(known, new Source(traces.slice(1)), quiet);
      const [count, ...others] = verification.checks;
      assert.equal(count?.outcome, "failed");
      assert.deepEqual(count?.examples, [{ traceId: traces[0]!.id, problem: "not found" }]);
      assert.equal(others.at(-1)?.outcome, "skipped");
    });
  });

  it("measures how long the first trace took, or how long it took at most", async () => {
    const known = { ...settings, traceIds: traces.map(({ id }) => id), timeoutSeconds: 20 };
    const there = await verify(known, new Source(traces), quiet);
    assert.equal(there.firstTrace?.atMost, true);
    assert.ok(there.firstTrace.seconds >= 2, JSON.stringify(there.firstTrace));
    assert.match(conclusion(there, known), /, the first within [\d.]+ s$/);

    const late = new Source(traces);
    const found = late.trace.bind(late);
    late.trace = (id) => (late.asked.length < 4 ? found(id).then(() => undefined) : found(id));
    const measured = await verify(known, late, quiet);
    assert.equal(measured.firstTrace?.atMost, false);
    assert.match(conclusion(measured, known), /, the first after [\d.]+ s$/);
  });

  it("does not measure recent traces that are there already, whenever they came", async () => {
    assert.equal((await verify(settings, new Source(traces), quiet)).firstTrace, undefined);
    const late = new Source(traces);
    let looks = 0;
    late.search = () => Promise.resolve(looks++ < 2 ? [] : [...traces]);
    assert.equal((await verify({ ...settings, timeoutSeconds: 20 }, late, quiet)).firstTrace?.atMost, false);
  });

  it("keeps the reason of a failure when there is no time left for another whole look", async () => {
    const known = { ...settings, traceIds: traces.map(({ id }) => id), maxAgeSeconds: undefined, timeoutSeconds: 0 };
    const broken = new Source(traces);
    broken.trace = () => Promise.reject(new Error("ECONNRESET"));
    const { error } = await verify(known, broken, quiet);
    assert.equal(error, "Kiali at https://kiali.example.test: ECONNRESET");
  });

  it("does not take for lost what Kiali did not answer", async () => {
    const known = { ...settings, traceIds: traces.map(({ id }) => id), maxAgeSeconds: undefined };
    const broken = new Source(traces);
    broken.trace = () => Promise.reject(new Error("503"));
    const { passed, error, checks } = await verify(known, broken, quiet);
    assert.equal(passed, false);
    assert.equal(error, "Kiali at https://kiali.example.test: 503");
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome === "failed"),
      [],
    );
    assert.equal(checks[0]?.found, "not known, since Kiali did not answer all (2 of 2 traces not in Kiali)");
  });

  it("lets no span steer a terminal, in what it tells and in its conclusion", async () => {
    const steering = "\u001b]0;title\u0007\u202e";
    const spans = traces[0]!.spans.map((span) =>
      span.service === "reviews.bookinfo" ? { ...span, service: steering } : span,
    );
    const told: string[] = [];
    const known = { ...settings, traceIds: [traces[0]!.id] };
    const verification = await verify(known, new Source([{ ...traces[0]!, spans }]), (line) => told.push(line));
    for (const text of [told.join(""), conclusion(verification, known)]) {
      assert.match(text, /\ufffd\]0;title\ufffd\ufffd/);
      assert.doesNotMatch(text, /[\p{Cc}\u202e]/u);
    }
  });

  it("tells each reason for looking again once", async () => {
    const told: string[] = [];
    await verify(settings, new Source([]), (line) => told.push(line));
    assert.deepEqual(told, ["0 traces, 2 wanted"]);
  });

  it("ends at once when it is told to, or when Kiali refuses", async () => {
    const controller = new AbortController();
    const running = verify({ ...settings, timeoutSeconds: 600 }, new Source([]), quiet, controller.signal);
    controller.abort(new Error("enough"));
    await assert.rejects(running, /aborted/);
    const refusing = new Source([]);
    refusing.search = () => Promise.reject(new Refused("no"));
    await assert.rejects(verify({ ...settings, timeoutSeconds: 600 }, refusing, quiet), /^Error: no$/);
  });
});

describe("KialiApi", () => {
  let server: Loopback | undefined;
  afterEach(() => server?.stop());

  it("asks below Kiali's web root, for a name as it stands", async () => {
    const asked: string[] = [];
    server = await Loopback.start((request, response) => {
      asked.push(request.url!);
      response.end('{"data":[]}');
    });
    const kiali = new KialiApi(`${server.url}/kiali/`, {});
    await kiali.trace("abc", Date.now() + 5_000);
    await kiali.search("a/b", "c d", 7, Date.now() + 5_000);
    assert.deepEqual(asked, [
      "/kiali/api/traces/abc",
      "/kiali/api/namespaces/a%2Fb/services/c%20d/traces?startMicros=7&tags=&limit=100",
    ]);
  });

  it("finds Kiali's tracing settings under both of its names for them", async () => {
    server = await Loopback.start((request, response) =>
      response.writeHead(request.url === "/api/jaeger" ? 200 : 404).end('{"enabled":true}'),
    );
    assert.deepEqual(await new KialiApi(server.url, {}).tracingInfo(Date.now() + 5_000), { enabled: true });
  });

  it("says that a token is missing where Kiali wants one", async () => {
    server = await Loopback.start((_, response) => response.writeHead(401).end("{}"));
    const asking = new KialiApi(server.url, {}).trace("abc", Date.now() + 5_000);
    await assert.rejects(asking, /^Error: Kiali refuses a request without a token \(401\)/);
  });

  it("sends a token over TLS or within this machine only", async () => {
    const url = new URL("http://kiali.example.test/api/traces/abc");
    await assert.rejects(
      httpGet(url, { token: "secret" }, Date.now() + 1_000),
      (error: Error) =>
        /http:\/\/kiali\.example\.test must begin with https$/.test(error.message) && !/secret/.test(error.message),
    );
    let sent: string | undefined;
    server = await Loopback.start((request, response) => {
      sent = request.headers.authorization;
      response.end("{}");
    });
    await httpGet(new URL(server.url), { token: "secret" }, Date.now() + 5_000);
    assert.equal(sent, "Bearer secret");
  });
});
