import { duration } from "../format";
import type { Content } from "../html";
import { html } from "../html";
import type { ServiceLatency } from "../latency";
import type { ReportModel } from "../model";
import { colour, scrollable, serviceName } from "./section";

/** How long each service took for what it was asked. */
export function latencyView({ latencies, numbers }: ReportModel): Content {
  if (latencies.length === 0) {
    return html`<p class="muted">There is no span to measure.</p>`;
  }
  const longest = Math.max(...latencies.map(({ p99 }) => p99));
  return scrollable(
    "Latency of each service",
    html`<table class="plain">
      <caption class="hidden">
        Latency of each service
      </caption>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col" class="number">Requests</th>
          <th scope="col" class="number">Errors</th>
          <th scope="col" class="number">p50</th>
          <th scope="col" class="number">p95</th>
          <th scope="col" class="number">p99</th>
          <th scope="col" class="wide" aria-hidden="true">p50 – p95 – p99</th>
        </tr>
      </thead>
      <tbody>
        ${latencies.map((each) => row(each, numbers.get(each.service), longest))}
      </tbody>
    </table>`,
  );
}

function row(
  { service, count, errors, p50, p95, p99 }: ServiceLatency,
  number: number | undefined,
  longest: number,
): Content {
  const share = (value: number) => (longest === 0 ? 0 : (value / longest) * 100).toFixed(2);
  return html`<tr>
    <th scope="row">${serviceName(service, number)}</th>
    <td class="number">${count}</td>
    <td class="number ${errors > 0 && "bad"}">
      ${errors}${errors > 0 && html` <span class="muted">(${((errors / count) * 100).toFixed(1)} %)</span>`}
    </td>
    <td class="number">${duration(p50)}</td>
    <td class="number">${duration(p95)}</td>
    <td class="number">${duration(p99)}</td>
    <td aria-hidden="true">
      <div class="range ${colour(number)}">
        <span class="p99" style="width: ${share(p99)}%"></span>
        <span class="p95" style="width: ${share(p95)}%"></span>
        <span class="p50" style="width: ${share(p50)}%"></span>
      </div>
    </td>
  </tr>`;
}
