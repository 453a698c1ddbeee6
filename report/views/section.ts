import type { Content, Html } from "../html";
import { html } from "../html";

/** A part of the page: its id, for links, its heading and what is in it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** A section with its heading, as a landmark. */
export function sectionView({ id, title, content }: Section): Html {
  return html`
    <section id="${id}" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${title}</h2>
      ${content}
    </section>
  `;
}

/** A table that may be wider than the screen: it scrolls by itself, by keyboard too. */
export function scrollable(label: string, content: Content): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** How something came out: a sign, a colour, and the word for it. */
export function badge(kind: "good" | "bad" | "open", word: string): Html {
  const sign = { good: "✓", bad: "✕", open: "–" }[kind];
  return html`<span class="badge ${kind}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** A service: a dot in its colour, its app and its namespace. */
export function serviceName(service: string, number: number | undefined): Html {
  const dot = service.lastIndexOf(".");
  const [app, namespace] = dot < 0 ? [service, ""] : [service.slice(0, dot), service.slice(dot)];
  return html`<span class="service"
    ><span class="dot ${colour(number)}" aria-hidden="true"></span
    ><span class="name">${app}<span class="muted">${namespace}</span></span></span
  >`;
}

/** The class of a service's colour; there are eight, and one for what has none. */
export function colour(number: number | undefined): string {
  return number === undefined ? "c-none" : `c-${number % 8}`;
}
