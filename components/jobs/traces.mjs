// @ts-check
// Reads traces as Kiali answers them. Kiali hands on Jaeger's model, in two dialects: from Jaeger's query API ids are
// hexadecimal and a span names one of the trace's processes; from Tempo (`provider: tempo`) ids are base64 and each span
// has its process with it. Source: kiali/kiali, tracing/jaeger/model/json/model.go, tracing/otel/model/converter.

/** @typedef {import("../traces.js").Span} Span */
/** @typedef {import("../traces.js").Trace} Trace */
/** @typedef {{ key: string, value: unknown }} KeyValue */
/** @typedef {{ serviceName?: string }} JaegerProcess */
/** @typedef {{ refType?: string, traceID?: string, spanID?: string }} JaegerReference */
/**
 * @typedef {object} JaegerSpan
 * @property {string} [traceID]
 * @property {string} spanID
 * @property {string} [operationName]
 * @property {JaegerReference[] | null} [references]
 * @property {number} [startTime] microseconds since 1970
 * @property {number} [duration] microseconds
 * @property {KeyValue[] | null} [tags]
 * @property {string} [processID]
 * @property {JaegerProcess | null} [process]
 */
/** @typedef {{ traceID: string, spans?: JaegerSpan[] | null, processes?: Record<string, JaegerProcess> | null }} JaegerTrace */

/**
 * The traces in an answer about one trace or about several; those without a span are left out, since that is how Kiali
 * answers when it has none.
 *
 * @param {unknown} answer
 * @returns {Trace[]}
 */
export function readTraces(answer) {
  const data = /** @type {{ data?: JaegerTrace | JaegerTrace[] | null } | undefined} */ (answer)?.data;
  const traces = Array.isArray(data) ? data : [data];
  return traces.flatMap((trace) => (trace?.spans?.length ? [readTrace(trace)] : []));
}

/** @param {JaegerTrace} trace @returns {Trace} */
function readTrace(trace) {
  const spans = withoutSharedIds((trace.spans ?? []).map((span) => readSpan(span, trace)));
  return { id: hexId(trace.traceID, 32), spans: spans.sort((one, other) => one.startMicros - other.startMicros) };
}

/** @param {JaegerSpan} span @param {JaegerTrace} trace @returns {Span} */
function readSpan(span, trace) {
  const tags = Object.fromEntries((span.tags ?? []).map(({ key, value }) => [key, String(value)]));
  const references = span.references ?? [];
  const parent = references.find(({ refType }) => refType === "CHILD_OF") ?? references[0];
  const parentId = parent?.spanID && hexId(parent.spanID, 16);
  const kind = tags["span.kind"]?.toLowerCase();
  return {
    id: hexId(span.spanID, 16),
    ...(parentId && !/^0*$/.test(parentId) && { parentId }),
    service: span.process?.serviceName ?? trace.processes?.[span.processID ?? ""]?.serviceName ?? "",
    operation: span.operationName ?? "",
    ...(kind && { kind }),
    startMicros: span.startTime ?? 0,
    durationMicros: span.duration ?? 0,
    tags,
    failed: tags.error === "true" || tags["otel.status_code"] === "ERROR" || Number(tags["http.status_code"]) >= 500,
  };
}

/**
 * An id in hexadecimal, of full length: Jaeger leaves out leading zeros, Tempo writes the bytes in base64.
 *
 * @param {string} id
 * @param {16 | 32} length in digits
 */
export function hexId(id, length) {
  const isBase64 = id.endsWith("=");
  const digits = isBase64 ? Buffer.from(id, "base64").toString("hex") : id.toLowerCase();
  return digits.padStart(length, "0");
}

/**
 * Gives the server's span an id of its own where both sides of a call report the same, as Zipkin's clients may: the
 * client's is its parent then, and what the server went on to call are its children.
 *
 * @param {Span[]} spans
 * @returns {Span[]}
 */
function withoutSharedIds(spans) {
  const clients = new Set(spans.filter(({ kind }) => kind === "client").map(({ id }) => id));
  const shared = new Map(
    spans.filter(({ kind, id }) => kind === "server" && clients.has(id)).map(({ id, service }) => [id, service]),
  );
  return spans.map((span) => {
    if (span.kind === "server" && shared.has(span.id)) {
      return { ...span, id: `${span.id}-server`, parentId: span.id };
    }
    const causedByServer = span.parentId !== undefined && shared.get(span.parentId) === span.service;
    return causedByServer ? { ...span, parentId: `${span.parentId}-server` } : span;
  });
}

/**
 * The span of whoever sent the request, which is not in the trace unless the sender reports spans itself. By Zipkin's
 * convention the first span's id is the lower half of the trace's; the traffic job goes by it.
 *
 * @param {string} traceId 32 hexadecimal digits
 */
export function senderSpanId(traceId) {
  return traceId.slice(16);
}

/**
 * The spans that nothing in the mesh caused.
 *
 * @param {Trace} trace
 * @returns {Span[]}
 */
export function rootsOf(trace) {
  const ids = new Set(trace.spans.map(({ id }) => id));
  const sender = senderSpanId(trace.id);
  return trace.spans.filter(({ parentId }) => parentId === undefined || (parentId === sender && !ids.has(sender)));
}

/**
 * The spans whose cause is not in the trace: it was lost, or an application did not pass on the headers as it got them.
 *
 * @param {Trace} trace
 * @returns {Span[]}
 */
export function orphansOf(trace) {
  const known = new Set([...trace.spans.map(({ id }) => id), senderSpanId(trace.id)]);
  return trace.spans.filter(({ parentId }) => parentId !== undefined && !known.has(parentId));
}
