/** Milliseconds in each unit of Go's durations. */
const milliseconds: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
]);

/** The hours in a duration as Go writes it: `48h`, `1h30m`, `48h0m0s`; undefined if it is none. */
export function durationHours(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    return undefined;
  }
  const total = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (milliseconds.get(unit ?? "") ?? 0), 0);
  return total / 3_600_000;
}
