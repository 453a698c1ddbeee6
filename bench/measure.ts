import { run } from "../cluster/run";

/** Seconds that each of several runs took. */
export type Timings = readonly number[];

/** The middle one of several numbers, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

/** The smallest of several numbers that so many percent of them do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

/** Seconds that a piece of work takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
}

/**
 * Runs several pieces of work in turn, again and again, so that what else happens on the machine meets all of them.
 *
 * @returns the timings of each, by its name
 */
export async function inTurn<Name extends string>(
  runs: number,
  work: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, Timings>> {
  const names = Object.keys(work) as Name[];
  const timings = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let index = 0; index < runs; index++) {
    for (const name of names) {
      timings[name].push(await secondsOf(work[name]));
    }
  }
  return timings;
}

/** A row of the process table. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory in MiB. */
  readonly memory: number;
  readonly command: string;
}

/** The processes that belong to a Pulumi run, told by their command lines. */
const roles: readonly (readonly [string, RegExp])[] = [
  ["policy pack (Node.js)", /node .*@pulumi\/pulumi\/cmd\/run-(plugin|policy-pack)\//],
  ["program (Node.js)", /node .*@pulumi\/pulumi\/cmd\/run\//],
  ["Kubernetes provider", /pulumi-resource-kubernetes/],
  ["random provider", /pulumi-resource-random/],
  ["language host", /pulumi-language-nodejs/],
  ["engine (pulumi)", /^\S*\/pulumi (preview|up|destroy)/],
];

/** Adds up the memory of each role among the descendants of one process. */
export function memoryByRole(rows: readonly ProcessRow[], root: number): Map<string, number> {
  const family = new Set([root]);
  for (let grown = true; grown;) {
    const found = rows.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    found.forEach(({ pid }) => family.add(pid));
    grown = found.length > 0;
  }
  const sums = new Map<string, number>();
  for (const { pid, memory, command } of rows) {
    const role = family.has(pid) ? roles.find(([, pattern]) => pattern.test(command)) : undefined;
    if (role !== undefined) {
      sums.set(role[0], (sums.get(role[0]) ?? 0) + memory);
    }
  }
  return sums;
}

async function processTable(): Promise<ProcessRow[]> {
  const output = await run("ps", ["-A", "-ww", "-o", "pid=,ppid=,rss=,args="]);
  return output.split("\n").flatMap((line) => {
    const [, pid, parent, rss, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), memory: Number(rss) / 1024, command }];
  });
}

const sampleIntervalMs = 100;

/**
 * Watches a piece of work that starts Pulumi from this process.
 *
 * @returns the largest resident memory of each role in MiB, of samples 0.1 s apart
 */
export async function peakMemory(work: () => Promise<unknown>): Promise<Map<string, number>> {
  const peaks = new Map<string, number>();
  let over = false;
  const watching = (async () => {
    while (!over) {
      for (const [role, memory] of memoryByRole(await processTable(), process.pid)) {
        peaks.set(role, Math.max(memory, peaks.get(role) ?? 0));
      }
      await new Promise((resolve) => setTimeout(resolve, sampleIntervalMs));
    }
  })();
  try {
    await work();
  } finally {
    over = true;
    await watching;
  }
  return peaks;
}
