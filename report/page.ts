import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { VerificationRun } from "../cli/verificationRun";
import { counted, timestamp } from "./format";
import type { Content } from "./html";
import { html, trusted } from "./html";
import type { ReportModel } from "./model";
import { reportModel } from "./model";
import { chainView, checksView } from "./views/checks";
import { graphView } from "./views/graph";
import { latencyView } from "./views/latency";
import { samplingView } from "./views/sampling";
import type { Section } from "./views/section";
import { badge, sectionView } from "./views/section";
import { waterfallsView } from "./views/waterfall";

const own = (file: string) => readFileSync(path.join(__dirname, file), "utf8");

/** What a run found as one HTML page that needs nothing but itself: no network, no other file. */
export function reportPage(run: VerificationRun): string {
  const model = reportModel(run);
  const script = own("page.js");
  // Only this very script may run, and nothing may be loaded, whatever a span brings along.
  const scriptHash = createHash("sha256").update(script).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`;
  const sections = sectionsOf(model);
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>
          Traces of ${run.settings.service}.${run.settings.namespace}:
          ${model.outcome.passed ? "all holds" : "something fails"}
        </title>
        ${trusted(`<style>
${own("page.css")}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the results</a>
        ${headerView(model, run, sections)}
        <main id="main" tabindex="-1">${sections.map(sectionView)}</main>
        <footer>
          <p>
            mesh-tracing · looked from ${timestamp(model.outcome.startedAt)} for ${model.outcome.tookSeconds.toFixed(1)}
            s at ${model.outcome.kialiUrl}
          </p>
        </footer>
        ${trusted(`<script>${script}</script>`)}
      </body>
    </html> `;
  return text;
}

/** What failed comes first where something did, else what the traces tell. */
function sectionsOf(model: ReportModel): Section[] {
  const { chain, passed } = model.outcome;
  const verdict: Section[] = [
    { id: "checks", title: "Checks", content: checksView(model) },
    ...(chain ? [{ id: "chain", title: "From Telemetry to Kiali", content: chainView(chain) }] : []),
  ];
  const insight: Section[] = [
    { id: "graph", title: "Service graph", content: graphView(model) },
    { id: "latency", title: "Latency", content: latencyView(model) },
    { id: "traces", title: "Traces", content: waterfallsView(model) },
    { id: "sampling", title: "Effective sampling", content: samplingView(model) },
  ];
  return passed ? [...insight, ...verdict] : [...verdict, ...insight];
}

function headerView(model: ReportModel, { settings }: VerificationRun, sections: readonly Section[]): Content {
  const { outcome, figures } = model;
  const first = outcome.firstTrace;
  const facts: readonly (readonly [name: string, value: string, isBad?: boolean])[] = [
    ["traces", String(figures.traces), figures.traces === 0],
    ["spans", String(figures.spans)],
    ["services", String(figures.services)],
    ["failed traces", String(figures.failedTraces), figures.failedTraces > 0],
    ["orphan spans", String(figures.orphans), figures.orphans > 0],
    ...(first
      ? [[first.atMost ? "to the first trace, at most" : "to the first trace", `${first.seconds} s`] as const]
      : []),
  ];
  return html`<header>
    <div class="title">
      <p class="product">mesh-tracing</p>
      <h1>Traces of ${settings.service}<span class="muted">.${settings.namespace}</span></h1>
      ${outcome.passed ? badge("good", "all holds") : badge("bad", `${counted(failures(model), "problem")}`)}
      <button type="button" id="theme" hidden>Theme: <span>as the system</span></button>
    </div>
    <p class="conclusion">${outcome.conclusion}</p>
    <dl class="figures">
      ${facts.map(
        ([name, value, isBad]) =>
          html`<div class="${isBad && "bad"}">
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <nav aria-label="Sections">
      <ul>
        ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
      </ul>
    </nav>
  </header>`;
}

/** What does not hold: checks that fail, and a look that could not be finished. */
function failures({ outcome }: ReportModel): number {
  return outcome.checks.filter(({ outcome: each }) => each === "failed").length + (outcome.error === undefined ? 0 : 1);
}
