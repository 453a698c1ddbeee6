import type { EffectiveTracing, Hop } from "../../components/tracingChain";
import type { Content } from "../html";
import { html } from "../html";
import type { ReportModel } from "../model";
import { badge, scrollable, serviceName } from "./section";

/** Which share of the requests each hop traces, to whom it reports, and what says so. */
export function samplingView({ outcome, numbers }: ReportModel): Content {
  const { sampling, clusterUnread } = outcome;
  if (sampling === undefined) {
    return html`<p class="muted">
      It is not known how the workloads
      trace${clusterUnread !== undefined && html`, since the cluster was not read: ${clusterUnread}`}.
    </p>`;
  }
  return html`
    <p class="muted">
      The first proxy on a request's way decides whether it is traced; the others follow. Their own share counts for
      requests that begin with them. A provider's sampler comes before the Telemetry of the workload, that before the
      one of its namespace, of the whole mesh, the mesh's default and istiod's.
    </p>
    ${scrollable(
      "Effective sampling of each workload",
      html`<table class="plain">
        <caption class="hidden">
          Effective sampling of each workload
        </caption>
        <thead>
          <tr>
            <th scope="col">Hop</th>
            <th scope="col">Pods with sidecar</th>
            <th scope="col" class="number">Sampling</th>
            <th scope="col">Set by</th>
            <th scope="col">Reports to</th>
          </tr>
        </thead>
        <tbody>
          ${sampling.flatMap((hop) => sides(hop).map((side) => row(hop, side, numbers.get(hop.service))))}
        </tbody>
      </table>`,
    )}
  `;
}

interface Side {
  /** Which side of the calls; nothing where both are alike. */
  readonly name: string;
  readonly tracing: EffectiveTracing;
}

/** One row where a workload traces alike on both sides, as it nearly always does. */
function sides({ client, server, isGateway }: Hop): Side[] {
  if (isGateway || JSON.stringify(client) === JSON.stringify(server)) {
    return [{ name: "", tracing: client }];
  }
  return [
    { name: "inbound", tracing: server },
    { name: "outbound", tracing: client },
  ];
}

function row(
  { service, version, isGateway, pods, injected }: Hop,
  { name, tracing }: Side,
  number: number | undefined,
): Content {
  return html`<tr>
    <th scope="row">
      ${serviceName(service, number)} ${version !== "" && html`<span class="tag">${version}</span>`}
      ${isGateway && html`<span class="tag strong">decides</span>`}
      ${name !== "" && html`<span class="tag">${name}</span>`}
    </th>
    <td class="${injected < pods || pods === 0 ? "bad" : ""}">${injected} of ${pods}</td>
    <td class="number strong">${tracing.percentage} %</td>
    <td>${tracing.percentageFrom}</td>
    <td>
      ${
        tracing.off === undefined
          ? html`${tracing.provider}
            ${tracing.providerFrom !== tracing.percentageFrom && html`<div class="muted small">${tracing.providerFrom}</div>`}`
          : html`${badge("bad", "nobody")}
              <div class="small">${tracing.off}</div>`
      }
    </td>
  </tr>`;
}
