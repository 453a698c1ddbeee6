/** Markup that is safe to put into a page. Only {@link html} and {@link trusted} make it. */
export class Html {
  /** @param text markup, with everything foreign in it escaped */
  constructor(readonly text: string) {}
}

/** What can stand in a template: markup as it is, text and numbers escaped, lists one after another, nothing for absent. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/**
 * Builds markup from a template. What is put in is escaped unless it is markup itself, for text and for attributes in
 * double quotes alike: names and tags of spans are written by whoever sends requests.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.reduce((text, part, index) => text + render(contents[index - 1]) + part));
}

/** Declares text of the project's own, such as its style sheet, to be markup. */
export function trusted(text: string): Html {
  return new Html(text);
}

function render(content: Content): string {
  if (typeof content === "string" || typeof content === "number") {
    return escape(String(content));
  }
  if (content === undefined || content === false) {
    return "";
  }
  return content instanceof Html ? content.text : content.map(render).join("");
}

/** Also replaces the characters that turn the direction of what follows, and other controls. */
function escape(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/(?![\t\n])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
