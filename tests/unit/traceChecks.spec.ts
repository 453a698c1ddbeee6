import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkTraces } from "../../components/jobs/traceChecks.mjs";
import { isComplete } from "../../components/jobs/traceProblems.mjs";
import { readTraces } from "../../components/jobs/traces.mjs";
import type { Trace } from "../../components/traces";
import type { CheckId, TraceExpectations } from "../../components/verification";
import type { BookinfoTrace, ReportedSpan } from "../helpers/bookinfoTraces";
import { bookinfoStartMs, bookinfoTrace, jaegerTrace } from "../helpers/bookinfoTraces";

const expected: TraceExpectations = {
  services: ["productpage.bookinfo", "details.bookinfo", "reviews.bookinfo"],
  versions: {},
  minTraces: 1,
  maxAgeSeconds: 600,
  maxOrphanPercentage: 0,
};

const read = (...requests: BookinfoTrace[]): Trace[] => readTraces({ data: requests.map(jaegerTrace) });

/** A request of which the spans that match were lost. */
function without(request: BookinfoTrace, lost: (span: ReportedSpan) => boolean): BookinfoTrace {
  return { ...request, spans: request.spans.filter((span) => !lost(span)) };
}

/** The outcome of one check, ten seconds after the default request began. */
function check(id: CheckId, traces: readonly Trace[], changes: Partial<TraceExpectations> = {}, ageMs = 10_000) {
  const checks = checkTraces(traces, { ...expected, ...changes }, bookinfoStartMs + ageMs);
  const found = checks.filter((each) => each.id === id);
  assert.equal(found.length, 1, id);
  return found[0]!;
}

describe("the checks of traces", () => {
  const good = read(bookinfoTrace({ seed: 1, reviews: "v1" }), bookinfoTrace({ seed: 2, fromTraffic: true }));

  it("all pass for whole traces, with and without a sender's span", () => {
    const checks = checkTraces(good, expected, bookinfoStartMs + 10_000);
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome !== "passed"),
      [],
    );
    assert.ok(good.every((trace) => isComplete(trace, expected.services)));
  });

  it("count", () => {
    assert.equal(check("count", good, { minTraces: 2 }).outcome, "passed");
    const { outcome, found } = check("count", good, { minTraces: 3 });
    assert.equal(outcome, "failed");
    assert.equal(found, "2 traces, 3 wanted");
  });

  it("freshness, of the newest trace, to the second", () => {
    const older = read(bookinfoTrace({ startMs: bookinfoStartMs - 3_600_000 }));
    assert.equal(check("freshness", [...older, ...good]).found, "the newest began 10 s ago");
    assert.equal(check("freshness", good, {}, 600_000).outcome, "passed");
    const stale = check("freshness", good, {}, 601_000);
    assert.equal(stale.outcome, "failed");
    assert.equal(stale.found, "the newest began 601 s ago");
    assert.equal(checkTraces(good, { ...expected, maxAgeSeconds: undefined }, Infinity).length, 6);
  });

  it("freshness, with clocks that differ a little, and not with clocks that differ much", () => {
    assert.equal(check("freshness", good, {}, -59_000).outcome, "passed");
    const ahead = check("freshness", good, {}, -61_000);
    assert.equal(ahead.outcome, "failed");
    assert.match(ahead.found, /^the newest begins in 61 s: the clocks .* differ$/);
  });

  it("services, of each trace", () => {
    const alone = without(bookinfoTrace({ seed: 3 }), ({ service }) => service !== "istio-ingressgateway.istio-system");
    const { outcome, found, examples } = check("services", [...good, ...read(alone)]);
    assert.equal(outcome, "failed");
    const problem =
      "no span of productpage.bookinfo, details.bookinfo, reviews.bookinfo, only of istio-ingressgateway.istio-system";
    assert.equal(found, "1 of 3 traces lack a service");
    assert.deepEqual(examples, [{ traceId: alone.traceId, problem }]);
  });

  it("root span, that is missing", () => {
    const headless = without(bookinfoTrace(), ({ parentId }) => parentId === undefined);
    const { outcome, examples } = check("root", read(headless));
    assert.equal(outcome, "failed");
    assert.match(examples[0]!.problem, /no root span: the first proxy's span is missing$/);
  });

  it("root span, that an application makes anew by losing the headers", () => {
    const torn = bookinfoTrace();
    delete torn.spans.find(({ kind, operation }) => kind === "client" && operation.startsWith("details"))!.parentId;
    const { outcome, examples } = check("root", read(torn));
    assert.equal(outcome, "failed");
    assert.match(
      examples[0]!.problem,
      /2 root spans, of istio-ingressgateway\.istio-system, productpage\.bookinfo: the headers x-b3-\* were not passed on$/,
    );
  });

  it("root span, of each attempt of a sender to send its request", () => {
    const request = bookinfoTrace({ fromTraffic: true });
    const refused = {
      ...request.spans[0]!,
      id: "0123456789abcdef",
      startMicros: request.spans[0]!.startMicros - 1_000,
    };
    request.spans.push(refused);
    assert.equal(check("root", read(request)).outcome, "passed");
    refused.parentId = undefined;
    assert.equal(check("root", read(request)).outcome, "failed");
  });

  it("parent links, that go round", () => {
    const circular = bookinfoTrace();
    circular.spans[1]!.parentId = circular.spans[4]!.id;
    assert.equal(check("parent-links", good).outcome, "passed");
    const { outcome, examples } = check("parent-links", read(circular));
    assert.equal(outcome, "failed");
    assert.match(
      examples[0]!.problem,
      /span [0-9a-f]{16} of productpage\.bookinfo is its own ancestor, or hangs on one that is$/,
    );
  });

  it("orphans, up to the share that is allowed", () => {
    const isPage = ({ service, kind }: ReportedSpan) => service === "productpage.bookinfo" && kind === "server";
    const traces = [...good, ...read(without(bookinfoTrace({ seed: 3 }), isPage))];
    const spans = traces.reduce((sum, trace) => sum + trace.spans.length, 0);
    const share = (2 / spans) * 100;
    assert.equal(check("orphans", traces, { maxOrphanPercentage: share }).outcome, "passed");
    const { outcome, found, examples } = check("orphans", traces, { maxOrphanPercentage: share - 0.01 });
    assert.equal(outcome, "failed");
    assert.equal(found, `2 of ${spans} spans (${Number(share.toFixed(2))} %) lack their parent`);
    assert.match(
      examples[0]!.problem,
      /^the parents are missing of productpage\.bookinfo \(details\..*\), productpage\.bookinfo \(reviews\..*\)$/,
    );
  });

  it("versions, of which each wanted one is seen", () => {
    const versions = { "reviews.bookinfo": ["v1", "v3"] };
    assert.equal(check("versions", good, { versions }).outcome, "passed");
    const { outcome, found } = check("versions", good, { versions: { "reviews.bookinfo": ["v1", "v2"] } });
    assert.equal(outcome, "failed");
    assert.match(found, /^no span of reviews\.bookinfo v2; seen: .*reviews\.bookinfo v1 v3/);
  });

  it("versions, that a service does not tell", () => {
    const untold = bookinfoTrace();
    for (const { service, tags } of untold.spans) {
      if (service === "details.bookinfo") {
        delete tags["istio.canonical_revision"];
      }
    }
    const { outcome, found, examples } = check("versions", read(untold));
    assert.equal(outcome, "failed");
    assert.match(found, /^1 span without a version; seen: /);
    assert.equal(examples[0]!.problem, "a span of details.bookinfo has no tag istio.canonical_revision");
    // Of a service that nobody expects it is no matter: it may have no sidecar.
    assert.equal(check("versions", read(untold), { services: ["productpage.bookinfo"] }).outcome, "passed");
  });

  it("other than the count are skipped where there is no trace", () => {
    const outcomes = checkTraces([], expected, bookinfoStartMs).map(({ id, outcome }) => [id, outcome]);
    assert.deepEqual(outcomes[0], ["count", "failed"]);
    assert.deepEqual(
      outcomes.slice(1).filter(([, outcome]) => outcome !== "skipped"),
      [],
    );
    assert.equal(outcomes.length, 7);
  });

  it("show five examples at most", () => {
    const headless = Array.from({ length: 7 }, (_, seed) =>
      without(bookinfoTrace({ seed }), ({ parentId }) => parentId === undefined),
    );
    assert.equal(check("root", read(...headless)).examples.length, 5);
  });

  it("see the loss of any one span of a request", () => {
    const request = bookinfoTrace({ reviews: "v3" });
    fc.assert(
      fc.property(fc.nat(request.spans.length - 1), (lost) => {
        const [trace] = read(without(request, (span) => span === request.spans[lost]));
        const isLeaf = !request.spans.some(({ parentId }) => parentId === request.spans[lost]!.id);
        const wholeWithoutIt = isLeaf && request.spans[lost]!.service === "ratings.bookinfo";
        assert.equal(isComplete(trace!, expected.services), wholeWithoutIt);
      }),
    );
  });
});
