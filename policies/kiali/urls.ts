/** Hosts that are kept for examples, and never anybody's. Sources: RFC 2606 and RFC 6761. */
const exampleHosts = /(?:^|\.)(?:example\.(?:com|net|org)|example|invalid)$/;

/** Text that stands for something still to be filled in. */
const placeholders = /[{}<>]|\$\(|\b(?:change[-_ ]?me|replace[-_ ]?me|todo|your[-_]\w+)\b/i;

/** A text as a URL; undefined if it is none. */
export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** What makes a text no URL of a server that there is, as the rest of a sentence. */
export function urlProblem(text: string): string | undefined {
  if (placeholders.test(text)) {
    return "a placeholder";
  }
  const url = parseUrl(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    return "not a URL of http or https";
  }
  return exampleHosts.test(url.hostname) ? "a host for examples only" : undefined;
}

/** What makes a URL one that browsers outside the cluster do not find, as the rest of a sentence. */
export function outsideProblem(text: string): string | undefined {
  const host = parseUrl(text)?.hostname ?? "";
  const isInside = /\.svc(?:\.|$)/.test(host) || (/^[a-z][\w-]*$/i.test(host) && host !== "localhost");
  return isInside ? "a host that only the cluster knows, but browsers follow this link" : undefined;
}
