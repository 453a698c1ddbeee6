import type { Span, Trace } from "../components/traces";

/** A span in its place among those that caused it. */
export interface SpanNode {
  readonly span: Span;
  /** How many ancestors it has in the trace. */
  readonly depth: number;
  /** The span that it names as its cause is not in the trace. */
  readonly isOrphan: boolean;
}

/**
 * The spans of a trace, each before what it caused, and what one span caused in the order in which it began. Spans that
 * cause each other in a circle come last, as if nothing had caused the first of them.
 *
 * @param sender id of the sender's span, which is not missing from a trace
 */
export function spanTree({ spans }: Trace, sender: string): SpanNode[] {
  const ids = new Set(spans.map(({ id }) => id));
  const children = new Map<string, Span[]>();
  for (const span of spans) {
    const parent = span.parentId ?? "";
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const nodes: SpanNode[] = [];
  const visited = new Set<Span>();
  const add = (top: Span) => {
    // Without recursion: a hostile trace may be as deep as it is long.
    const open = [{ span: top, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { span, depth } = next;
      if (visited.has(span)) {
        continue;
      }
      visited.add(span);
      const { parentId } = span;
      nodes.push({ span, depth, isOrphan: parentId !== undefined && !ids.has(parentId) && parentId !== sender });
      const caused = children.get(span.id) ?? [];
      open.push(...caused.map((child) => ({ span: child, depth: depth + 1 })).reverse());
    }
  };
  spans.filter(({ parentId }) => parentId === undefined || !ids.has(parentId)).forEach(add);
  spans.forEach(add);
  return nodes;
}
