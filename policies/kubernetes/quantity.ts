/** What the suffixes of Kubernetes quantities stand for. */
const factors: ReadonlyMap<string, number> = new Map([
  ["m", 1e-3],
  ["", 1],
  ...["k", "M", "G", "T", "P", "E"].map((suffix, index): [string, number] => [suffix, 1000 ** (index + 1)]),
  ...["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, index): [string, number] => [suffix, 1024 ** (index + 1)]),
]);

/** The number in a Kubernetes quantity such as `3Gi`, `200M` or `1e9`; undefined if it is none. */
export function quantityValue(text: string): number | undefined {
  const [, number, suffix = ""] = /^\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[A-Za-z]{0,2})$/.exec(text) ?? [];
  if (number === undefined) {
    return undefined;
  }
  const factor = /^[eE][+-]?\d/.test(suffix) ? Number(`1${suffix}`) : factors.get(suffix);
  return factor === undefined ? undefined : Number(number) * factor;
}

/** A number of bytes as people read memory: whole MiB. */
export function asMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MiB`;
}
