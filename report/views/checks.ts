import type { ChainLink, LinkId } from "../../components/tracingChain";
import type { Check } from "../../components/verification";
import type { Content } from "../html";
import { html } from "../html";
import type { ReportModel } from "../model";
import { badge } from "./section";

const outcomes = { passed: ["good", "holds"], failed: ["bad", "fails"], skipped: ["open", "skipped"] } as const;
const states = { ok: ["good", "in order"], broken: ["bad", "broken"], unknown: ["open", "not known"] } as const;

/** What each link is called where it was not reached. */
const linkTitles: Readonly<Record<LinkId, string>> = {
  telemetry: "Telemetry",
  provider: "extension provider",
  service: "the provider's service",
  sampling: "sampling",
  workloads: "sidecars",
  tempo: "Tempo",
  kiali: "Kiali's tracing settings",
};

/** What had to hold, whether it does, and what was found. */
export function checksView({ outcome }: ReportModel): Content {
  return html`
    ${outcome.error !== undefined && html`<p class="notice bad">${outcome.error}</p>`}
    <table class="plain">
      <caption class="hidden">
        Checks of the traces
      </caption>
      <thead>
        <tr>
          <th scope="col">Outcome</th>
          <th scope="col">What must hold</th>
          <th scope="col">What was found</th>
        </tr>
      </thead>
      <tbody>
        ${outcome.checks.map(checkRow)}
      </tbody>
    </table>
  `;
}

function checkRow({ outcome, title, found, examples }: Check): Content {
  const [kind, word] = outcomes[outcome];
  return html`<tr>
    <td>${badge(kind, word)}</td>
    <th scope="row">${title}</th>
    <td>
      ${found}
      ${
        examples.length > 0 &&
        html`<ul class="examples">
          ${examples.map(({ traceId, problem }) => html`<li><code>${traceId}</code> ${problem}</li>`)}
        </ul>`
      }
    </td>
  </tr>`;
}

/** The links from Telemetry to Kiali as steps, up to the first that is broken. */
export function chainView(links: readonly ChainLink[]): Content {
  const reached = new Set(links.map(({ id }) => id));
  const rest = (Object.keys(linkTitles) as LinkId[]).filter((id) => !reached.has(id));
  return html`<ol class="chain">
    ${links.map(({ title, state, found, wayOut }) => {
      const [kind, word] = states[state];
      return html`<li class="${kind}">
        <div class="step"><strong>${title}</strong> ${badge(kind, word)}</div>
        <p>${found}</p>
        ${wayOut !== undefined && html`<p class="way-out"><strong>Way out</strong> ${wayOut}</p>`}
      </li>`;
    })}
    ${rest.map(
      (id) =>
        html`<li class="unreached">
          <div class="step"><strong>${linkTitles[id]}</strong> <span class="muted">not looked at</span></div>
        </li>`,
    )}
  </ol>`;
}
