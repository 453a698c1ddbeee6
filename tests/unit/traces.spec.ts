import assert from "node:assert/strict";
import * as fc from "fast-check";
import { hexId, orphansOf, readTraces, rootsOf, senderSpanId } from "../../components/jobs/traces.mjs";
import { bookinfoTrace, jaegerTrace, tempoTrace } from "../helpers/bookinfoTraces";

/** The one trace of an answer. */
function only<T>(traces: readonly T[]): T {
  assert.equal(traces.length, 1);
  return traces[0]!;
}

describe("traces as Kiali answers them", () => {
  const request = bookinfoTrace({ reviews: "v2", ratingsStatus: 503 });

  it("are the same from Jaeger's API and from Tempo's", () => {
    const fromJaeger = only(readTraces({ data: jaegerTrace(request) }));
    assert.deepEqual(only(readTraces({ data: tempoTrace(request) })), fromJaeger);
    assert.equal(fromJaeger.id, request.traceId);
    assert.deepEqual(
      fromJaeger.spans.map(({ id, parentId, service, kind }) => [id, parentId, service, kind]),
      request.spans
        .toSorted((one, other) => one.startMicros - other.startMicros)
        .map(({ id, parentId, service, kind }) => [id, parentId, service, kind]),
    );
  });

  it("are one or several", () => {
    const other = bookinfoTrace({ seed: 2 });
    const answer = { data: [jaegerTrace(request), jaegerTrace(other)] };
    assert.deepEqual(
      readTraces(answer).map(({ id }) => id),
      [request.traceId, other.traceId],
    );
  });

  it("are none where Kiali has none, in each of its words for that", () => {
    const nothing = { traceID: "", spans: null, processes: null, warnings: null, matched: 0 };
    for (const data of [undefined, null, [], nothing, [nothing], { traceID: "1", spans: [] }]) {
      assert.deepEqual(readTraces({ data, errors: [{ code: 404, msg: "trace not found" }] }), [], JSON.stringify(data));
    }
    assert.deepEqual(readTraces(undefined), []);
  });

  it("begin with the first span, keep times, operation and tags, and say what failed", () => {
    const { spans } = only(readTraces({ data: jaegerTrace(request) }));
    const { kind, tags, startMicros, durationMicros, operation } = spans[0]!;
    assert.equal(kind, "client");
    assert.equal(tags.node_id?.split("~")[0], "router");
    assert.equal(operation, "productpage.bookinfo.svc.cluster.local:9080/productpage");
    assert.deepEqual([startMicros, durationMicros], [request.spans[0]!.startMicros, 18_000]);
    assert.deepEqual(
      spans.filter(({ failed }) => failed).map(({ service }) => service),
      ["reviews.bookinfo", "ratings.bookinfo"],
    );
  });

  it("take a failure from the error tag, from OpenTelemetry's status or from the HTTP status", () => {
    const failed = (tags: object[]) =>
      only(readTraces({ data: { traceID: "1", spans: [{ spanID: "1", tags }] } })).spans[0]!.failed;
    assert.equal(failed([]), false);
    assert.equal(failed([{ key: "error", type: "bool", value: true }]), true);
    assert.equal(failed([{ key: "error", value: "true" }]), true);
    assert.equal(failed([{ key: "error", value: false }]), false);
    assert.equal(failed([{ key: "otel.status_code", value: "ERROR" }]), true);
    assert.equal(failed([{ key: "http.status_code", value: 404 }]), false);
    assert.equal(failed([{ key: "http.status_code", value: "500" }]), true);
  });

  it("keep a tag with a name that JavaScript has plans for", () => {
    const tags = [{ key: "__proto__", value: "x" }];
    const trace = only(readTraces({ data: { traceID: "1", spans: [{ spanID: "1", tags }] } }));
    assert.deepEqual(Object.entries(trace.spans[0]!.tags), [["__proto__", "x"]]);
  });

  it("have ids of full length, in lower case, whatever form they came in", () => {
    assert.equal(hexId("1F", 16), "000000000000001f");
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const hex = Buffer.from(bytes).toString("hex");
        assert.equal(hexId(Buffer.from(bytes).toString("base64"), 16), hex);
        assert.equal(hexId(hex.replace(/^0+/, ""), 16), hex);
        assert.equal(hexId(hex.toUpperCase(), 16), hex);
      }),
    );
  });

  it("take the cause from CHILD_OF, and none from an empty reference", () => {
    const parentOf = (references: object[] | null) =>
      only(readTraces({ data: { traceID: "1", spans: [{ spanID: "5", references }] } })).spans[0]!.parentId;
    assert.equal(parentOf(null), undefined);
    assert.equal(parentOf([{ refType: "CHILD_OF", spanID: "" }]), undefined);
    assert.equal(parentOf([{ refType: "CHILD_OF", spanID: "0000000000000000" }]), undefined);
    const follows = { refType: "FOLLOWS_FROM", spanID: "7" };
    assert.equal(parentOf([follows, { refType: "CHILD_OF", spanID: "8" }]), "0000000000000008");
    assert.equal(parentOf([follows]), "0000000000000007");
  });

  it("tell the two sides of a call apart where both report the same id", () => {
    const span = (id: string, kind: string, service: string, parent?: string) => ({
      spanID: id,
      tags: [{ key: "span.kind", value: kind }],
      process: { serviceName: service },
      references: parent === undefined ? [] : [{ refType: "CHILD_OF", spanID: parent }],
    });
    const spans = [
      span("1", "client", "front.shop"),
      span("1", "server", "back.shop"),
      span("2", "client", "back.shop", "1"),
      span("3", "client", "front.shop", "1"),
    ];
    const read = only(readTraces({ data: { traceID: "9", spans } })).spans;
    const [one, two] = ["0000000000000001", "0000000000000002"];
    assert.deepEqual(
      read.map(({ id, parentId }) => [id, parentId]),
      [
        [one, undefined],
        [`${one}-server`, one],
        [two, `${one}-server`],
        ["0000000000000003", one],
      ],
    );
  });
});

describe("the links of a trace", () => {
  const read = (trace: ReturnType<typeof bookinfoTrace>) => only(readTraces({ data: jaegerTrace(trace) }));

  it("begin at the gateway, for a request without a trace and for one of the traffic job", () => {
    for (const fromTraffic of [false, true]) {
      const trace = read(bookinfoTrace({ fromTraffic }));
      assert.deepEqual(
        rootsOf(trace).map(({ service }) => service),
        ["istio-ingressgateway.istio-system"],
      );
      assert.deepEqual(orphansOf(trace), []);
    }
  });

  it("lead to the sender's span as to any other where the sender reports", () => {
    const request = bookinfoTrace({ fromTraffic: true });
    request.spans.push({
      ...request.spans[0]!,
      id: senderSpanId(request.traceId),
      parentId: undefined,
      service: "sender",
    });
    assert.deepEqual(
      rootsOf(read(request)).map(({ service }) => service),
      ["sender"],
    );
  });

  it("are broken at each child of a span that was lost", () => {
    const request = bookinfoTrace();
    const lost = request.spans.find(({ service, kind }) => service === "productpage.bookinfo" && kind === "server")!;
    request.spans.splice(request.spans.indexOf(lost), 1);
    assert.deepEqual(
      orphansOf(read(request)).map(({ operation }) => operation.split(".")[0]),
      ["details", "reviews"],
    );
  });
});
