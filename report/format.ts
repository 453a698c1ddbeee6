/** A duration for people: `0.4 ms`, `12.3 ms`, `1.25 s`. */
export function duration(micros: number): string {
  const ms = micros / 1000;
  return ms < 1000 ? `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** A count with its noun: `1 span`, `2 spans`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A point in time, in UTC to the second, as it stands in logs. */
export function timestamp(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}
