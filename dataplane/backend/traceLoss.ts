import { setTimeout as sleep } from "node:timers/promises";

/** What became of traces whose spans were acknowledged. */
export interface TraceLoss {
  /** How many were acknowledged. */
  readonly acknowledged: number;
  /** The ids of those that are not found. */
  readonly lost: readonly string[];
}

/**
 * Looks for every acknowledged trace. Tempo acknowledges spans that it has in memory only: an ingester that is killed, or
 * whose disk is full, loses what it has not written to its volume yet, and no proxy sends it again.
 *
 * What is not found is looked for a second time: an ingester takes traces out of its memory before it writes them, so for a
 * moment they are in neither (Tempo 2.6, `instance.CutCompleteTraces`).
 * @param acknowledged ids of the traces
 * @param find whether a trace is in the store
 * @param pause how long that moment may be, in milliseconds
 */
export async function traceLoss(
  acknowledged: readonly string[],
  find: (traceId: string) => Promise<boolean>,
  pause = 1_000,
): Promise<TraceLoss> {
  const missed = await notFound(acknowledged, find);
  if (missed.length > 0) await sleep(pause);
  return { acknowledged: acknowledged.length, lost: await notFound(missed, find) };
}

async function notFound(ids: readonly string[], find: (traceId: string) => Promise<boolean>): Promise<string[]> {
  const missed: string[] = [];
  for (const id of ids) if (!(await find(id))) missed.push(id);
  return missed;
}

/** The loss in a sentence, with its share and an example to look for. */
export function describeLoss({ acknowledged, lost }: TraceLoss): string {
  if (lost.length === 0) return `none of ${acknowledged} acknowledged traces is lost`;
  const share = ((lost.length / acknowledged) * 100).toFixed(1).replace(/\.0$/, "");
  const are = lost.length === 1 ? "is" : "are";
  return `${lost.length} of ${acknowledged} acknowledged traces ${are} lost (${share} %), for example ${lost[0]}`;
}

/**
 * Asks Tempo for a trace.
 * @param url where its query frontend answers
 * @param traceId 32 hexadecimal digits
 * @returns whether it has the trace; rejects where it answers with anything but 200 or 404
 */
export async function hasTrace(url: string, traceId: string): Promise<boolean> {
  const response = await fetch(`${url}/api/traces/${traceId}`, { signal: AbortSignal.timeout(30_000) });
  const body = await response.text();
  if (response.status === 200) return true;
  if (response.status === 404) return false;
  throw new Error(`Tempo at ${url} answers ${response.status} for trace ${traceId}: ${body.slice(0, 300)}`);
}
