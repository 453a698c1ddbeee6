/** Compares for sorting, by code units, which is the same in every locale. */
export function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
