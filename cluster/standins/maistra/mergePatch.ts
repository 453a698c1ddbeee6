/** JSON merge patches (RFC 7386). */

/** The patch that turns `from` into `to`: removed keys are null; undefined when there is no difference. */
export function mergePatch(from: unknown, to: unknown): unknown {
  if (!isRecord(from) || !isRecord(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const changes = keys
    .map((key): [string, unknown] => [
      key,
      to[key] === undefined && from[key] !== undefined ? null : mergePatch(from[key], to[key]),
    ])
    .filter(([, value]) => value !== undefined);
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
