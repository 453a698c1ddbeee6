import { createHash } from "node:crypto";

/** A short, stable digest of a plain value, for names that must change exactly when their inputs do. */
export function shortHash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
}
