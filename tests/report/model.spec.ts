import assert from "node:assert/strict";
import * as fc from "fast-check";
import { readTraces } from "../../components/jobs/traces.mjs";
import type { Span, Trace } from "../../components/traces";
import { nodeSize, layOut } from "../../report/graphLayout";
import { latencies, percentile } from "../../report/latency";
import { reportModel } from "../../report/model";
import type { ServiceGraph } from "../../report/serviceGraph";
import { serviceGraph } from "../../report/serviceGraph";
import { spanTree } from "../../report/spanTree";
import type { BookinfoTrace, ReportedSpan } from "../helpers/bookinfoTraces";
import { bookinfoTrace, jaegerTrace } from "../helpers/bookinfoTraces";
import { busyMinute, reportRun } from "../helpers/reportRun";

const read = (...requests: BookinfoTrace[]): Trace[] => readTraces({ data: requests.map(jaegerTrace) });
const without = (request: BookinfoTrace, lost: (span: ReportedSpan) => boolean): BookinfoTrace => ({
  ...request,
  spans: request.spans.filter((span) => !lost(span)),
});
const isPage = ({ service, kind }: ReportedSpan) => service === "productpage.bookinfo" && kind === "server";

describe("the percentiles of the report", () => {
  it("are values that were measured, by nearest rank", () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.deepEqual(
      [50, 95, 99, 100].map((percent) => percentile(values, percent)),
      [50, 95, 99, 100],
    );
    assert.equal(percentile([7], 50), 7);
    assert.equal(percentile([1, 2], 50), 1);
  });

  it("leave no larger share above, and a larger one above any smaller value", () => {
    const numbers = fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const sorted = values.toSorted((one, other) => one - other);
        const found = percentile(sorted, percent);
        const share = (limit: number) => (sorted.filter((each) => each <= limit).length / sorted.length) * 100;
        assert.ok(sorted.includes(found));
        assert.ok(share(found) >= percent - 1e-9);
        assert.ok(sorted.every((each) => each >= found || share(each) < percent));
      }),
    );
  });
});

describe("the latencies of the report", () => {
  it("are of what a service was asked, not of what it asked others", () => {
    const found = latencies(read(bookinfoTrace({ ratingsMs: 3 })));
    assert.deepEqual(
      found.map(({ service, count, p50 }) => [service, count, p50]),
      [
        ["istio-ingressgateway.istio-system", 1, 19_000],
        ["productpage.bookinfo", 1, 18_200],
        ["reviews.bookinfo", 1, 10_200],
        ["ratings.bookinfo", 1, 3_000],
        ["details.bookinfo", 1, 1_700],
      ],
    );
  });

  it("count errors, and do not take a call whose cause was lost for a request", () => {
    const requests = [bookinfoTrace({ ratingsStatus: 503 }), without(bookinfoTrace({ seed: 2 }), isPage)];
    const found = new Map(latencies(read(...requests)).map(({ service, ...rest }) => [service, rest]));
    assert.deepEqual([found.get("ratings.bookinfo")?.count, found.get("ratings.bookinfo")?.errors], [2, 1]);
    assert.equal(found.get("productpage.bookinfo")?.count, 1);
  });
});

describe("the service graph", () => {
  it("has the services of Bookinfo and the calls between them", () => {
    const graph = serviceGraph(read(bookinfoTrace({ reviews: "v1" }), bookinfoTrace({ seed: 2, ratingsStatus: 503 })));
    assert.deepEqual(
      graph.edges.map(({ from, to, count, errors }) => [from.split(".")[0], to.split(".")[0], count, errors]),
      [
        ["istio-ingressgateway", "productpage", 2, 0],
        ["productpage", "details", 2, 0],
        ["productpage", "reviews", 2, 0],
        ["reviews", "ratings", 1, 1],
      ],
    );
    assert.deepEqual(
      graph.nodes.filter(({ isEntry }) => isEntry).map(({ service }) => service),
      ["istio-ingressgateway.istio-system"],
    );
    assert.ok(graph.nodes.every(({ isSilent }) => !isSilent));
  });

  it("counts calls as the caller saw them, those too that failed on the way", () => {
    const request = bookinfoTrace({ ratingsMs: 5 });
    const aborted = without(bookinfoTrace({ seed: 2 }), ({ service }) => service === "ratings.bookinfo");
    const call = aborted.spans.at(-1)!;
    call.tags = { ...call.tags, "http.status_code": "503", response_flags: "FI", error: "true" };
    const { nodes, edges } = serviceGraph(read(request, aborted));
    const { count, errors, p95 } = edges.find(({ to }) => to === "ratings.bookinfo")!;
    assert.deepEqual([count, errors, p95], [2, 1, 5_800]);
    assert.deepEqual(
      nodes.filter(({ service }) => service === "ratings.bookinfo").map(({ count, isSilent }) => [count, isSilent]),
      [[1, false]],
    );
  });

  it("shows a service that was called and reported nothing", () => {
    const silent = without(bookinfoTrace(), ({ service }) => service === "details.bookinfo");
    const { nodes, edges } = serviceGraph(read(silent));
    assert.deepEqual(nodes.at(-1), {
      service: "details.bookinfo",
      count: 0,
      errors: 0,
      isEntry: false,
      isSilent: true,
    });
    assert.ok(edges.some(({ from, to }) => from === "productpage.bookinfo" && to === "details.bookinfo"));
  });

  it("does not make an entry of a service whose cause was lost", () => {
    const { nodes } = serviceGraph(read(without(bookinfoTrace(), isPage)));
    assert.equal(nodes.find(({ service }) => service === "productpage.bookinfo")?.isEntry, false);
  });

  it("is laid out from left to right, without nodes upon each other, whoever calls whom", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names));
    fc.assert(
      fc.property(fc.uniqueArray(pair, { selector: String, maxLength: 15 }), (pairs) => {
        const graph: ServiceGraph = {
          nodes: names.map((service) => ({ service, count: 1, errors: 0, isEntry: false, isSilent: false })),
          edges: pairs.map(([from, to]) => ({ from, to, count: 1, errors: 0, p95: 1 })),
        };
        const { nodes, edges, width, height } = layOut(graph);
        assert.deepEqual([nodes.length, edges.length], [names.length, pairs.length]);
        for (const [index, one] of nodes.entries()) {
          assert.ok(one.x >= 0 && one.y >= 0 && one.x + nodeSize.width <= width && one.y + nodeSize.height <= height);
          for (const other of nodes.slice(index + 1)) {
            const apart = Math.abs(one.x - other.x) >= nodeSize.width || Math.abs(one.y - other.y) >= nodeSize.height;
            assert.ok(apart, `${one.service} and ${other.service}`);
          }
        }
        assert.ok(edges.every(({ path }) => !/NaN|undefined/.test(path)));
      }),
    );
  });

  it("puts a service right of all its callers", () => {
    const { nodes } = layOut(serviceGraph(read(bookinfoTrace())));
    const x = (app: string) => nodes.find(({ service }) => service.startsWith(app))!.x;
    assert.ok(x("istio-ingressgateway") < x("productpage"));
    assert.ok(x("productpage") < x("reviews") && x("reviews") < x("ratings"));
    assert.equal(x("details"), x("reviews"));
  });
});

describe("the order of spans", () => {
  const span = (id: string, parentId?: string, startMicros = 0): Span => ({
    id,
    ...(parentId !== undefined && { parentId }),
    service: "s",
    operation: "",
    startMicros,
    durationMicros: 1,
    tags: {},
    failed: false,
  });

  it("is that of causes, with the depth of each", () => {
    const [trace] = read(bookinfoTrace());
    const nodes = spanTree(trace!, "none");
    assert.deepEqual(
      nodes.map(({ span: { service }, depth }) => [service.split(".")[0], depth]),
      [
        ["istio-ingressgateway", 0],
        ["productpage", 1],
        ["productpage", 2],
        ["details", 3],
        ["productpage", 2],
        ["reviews", 3],
        ["reviews", 4],
        ["ratings", 5],
      ],
    );
  });

  it("shows orphans at the top, but not what the sender caused", () => {
    const nodes = spanTree({ id: "", spans: [span("1", "gone"), span("2", "sender")] }, "sender");
    assert.deepEqual(
      nodes.map(({ span: { id }, depth, isOrphan }) => [id, depth, isOrphan]),
      [
        ["1", 0, true],
        ["2", 0, false],
      ],
    );
  });

  it("has each span once, however they are linked, and stands very deep ones", () => {
    const links = fc.array(fc.option(fc.nat(12)), { maxLength: 12 });
    fc.assert(
      fc.property(links, (parents) => {
        const spans = parents.map((parent, id) => span(String(id), parent === null ? undefined : String(parent)));
        const ids = spanTree({ id: "", spans }, "none").map((node) => node.span.id);
        assert.deepEqual(ids.toSorted(), spans.map(({ id }) => id).toSorted());
      }),
    );
    const deep = Array.from({ length: 20_000 }, (_, id) => span(String(id), id === 0 ? undefined : String(id - 1)));
    assert.equal(spanTree({ id: "", spans: deep }, "none").at(-1)?.depth, 19_999);
  });
});

describe("the model of the report", () => {
  it("counts, and chooses torn traces, then failed ones, then the slowest", async () => {
    const requests = busyMinute(Date.now());
    requests[10] = without(requests[10]!, isPage);
    const { figures, chosen, numbers } = reportModel(await reportRun(requests));
    assert.deepEqual(figures, { traces: 24, spans: 175, services: 5, orphans: 2, failedTraces: 2 });
    assert.equal(chosen.length, 6);
    assert.deepEqual(
      [chosen[0]?.id, new Set(chosen.slice(1, 3).map(({ id }) => id)), chosen[3]?.id],
      [requests[10].traceId, new Set([requests[4]!.traceId, requests[16]!.traceId]), requests[7]!.traceId],
    );
    assert.equal(numbers.size, 5);
  });
});
