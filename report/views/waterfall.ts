import { versionTag } from "../../components/jobs/traceChecks.mjs";
import { senderSpanId } from "../../components/jobs/traces.mjs";
import type { Trace } from "../../components/traces";
import { counted, duration, timestamp } from "../format";
import type { Content } from "../html";
import { html } from "../html";
import type { ReportModel } from "../model";
import { extent, hasFailed } from "../model";
import type { SpanNode } from "../spanTree";
import { spanTree } from "../spanTree";
import { badge, colour, scrollable, serviceName } from "./section";

/** How many spans of a trace are shown; more would not be read by anybody. */
const shownSpans = 200;
/** Spans deeper than this are not moved further to the right. */
const deepest = 14;
const ticks = [0, 0.25, 0.5, 0.75, 1];

/** The chosen traces, each as a waterfall; the first is open. */
export function waterfallsView({ chosen, figures, numbers }: ReportModel): Content {
  if (chosen.length === 0) {
    return html`<p class="muted">There is no trace to show.</p>`;
  }
  return html`
    <p class="muted">
      ${chosen.length < figures.traces && html`${chosen.length} of ${figures.traces}: `}torn traces first, then failed
      ones, then the slowest. A span's name opens its tags.
    </p>
    ${chosen.map((trace, index) => traceView(trace, numbers, index === 0))}
  `;
}

function traceView(trace: Trace, numbers: ReadonlyMap<string, number>, isOpen: boolean): Content {
  const { start, length } = extent(trace);
  const nodes = spanTree(trace, senderSpanId(trace.id));
  const orphans = nodes.filter(({ isOrphan }) => isOrphan).length;
  const services = new Set(trace.spans.map(({ service }) => service)).size;
  return html`<details class="trace" ${isOpen && "open"}>
    <summary>
      <h3><code>${trace.id}</code></h3>
      <span class="facts">
        <strong>${duration(length)}</strong>
        <span>${counted(trace.spans.length, "span")}</span>
        <span>${counted(services, "service")}</span>
        <time datetime="${new Date(start / 1000).toISOString()}"
          >${timestamp(new Date(start / 1000).toISOString())}</time
        >
        ${hasFailed(trace) && badge("bad", "failed")} ${orphans > 0 && badge("bad", counted(orphans, "orphan"))}
      </span>
    </summary>
    ${scrollable(
      `Spans of trace ${trace.id}`,
      html`<table class="waterfall">
        <caption class="hidden">
          Spans of trace ${trace.id}, in the order of causes
        </caption>
        <thead>
          <tr>
            <th scope="col">Span</th>
            <th scope="col">
              <span class="hidden">Begin, after the first span</span>
              <div class="axis" aria-hidden="true">
                ${ticks.map((tick) => html`<span style="left: ${tick * 100}%">${duration(length * tick)}</span>`)}
              </div>
            </th>
            <th scope="col" class="number">Duration</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          ${nodes.slice(0, shownSpans).map((node) => spanRow(node, start, length, numbers))}
        </tbody>
      </table>`,
    )}
    ${nodes.length > shownSpans && html`<p class="muted">${nodes.length - shownSpans} more spans are not shown.</p>`}
  </details>`;
}

function spanRow(node: SpanNode, start: number, length: number, numbers: ReadonlyMap<string, number>): Content {
  const { span, depth, isOrphan } = node;
  const begin = span.startMicros - start;
  const share = (micros: number) => (length === 0 ? 0 : (micros / length) * 100).toFixed(3);
  const version = span.tags[versionTag];
  return html`<tr class="${span.failed && "failing"}">
    <th scope="row" style="--depth: ${Math.min(depth, deepest)}">
      <details>
        <summary>
          ${serviceName(span.service, numbers.get(span.service))}
          ${version !== undefined && html`<span class="tag">${version}</span>`}
          ${span.kind !== undefined && html`<span class="muted small">${span.kind}</span>`}
          ${isOrphan && badge("bad", "orphan")}
          <span class="operation">${span.operation}</span>
        </summary>
        ${tagsView(node)}
      </details>
    </th>
    <td>
      <span class="hidden">${duration(begin)}</span>
      <div class="track" aria-hidden="true">
        <span
          class="bar ${colour(numbers.get(span.service))}"
          style="left: ${share(begin)}%; width: ${share(span.durationMicros)}%"
        ></span>
      </div>
    </td>
    <td class="number">${duration(span.durationMicros)}</td>
    <td class="status">${statusView(node)}</td>
  </tr>`;
}

function statusView({ span }: SpanNode): Content {
  const code = span.tags["http.status_code"] ?? span.tags["grpc.status_code"] ?? "";
  const flags = span.tags.response_flags ?? "-";
  const words = [code, flags === "-" ? "" : flags].filter((word) => word !== "").join(" ");
  return span.failed ? badge("bad", words || "failed") : words;
}

function tagsView({ span }: SpanNode): Content {
  const entries = Object.entries(span.tags).sort(([one], [other]) => (one < other ? -1 : 1));
  return html`<dl class="tags">
    <div>
      <dt>span</dt>
      <dd>${span.id}${span.parentId !== undefined && html` <span class="muted">caused by ${span.parentId}</span>`}</dd>
    </div>
    ${entries.map(
      ([key, value]) =>
        html`<div>
          <dt>${key}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
