import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalQuantity, quantityPattern } from "../../components/quantity";

const multipliers: Record<string, bigint> = {
  m: 1n,
  "": 1000n,
  k: 1000n ** 2n,
  M: 1000n ** 3n,
  G: 1000n ** 4n,
  T: 1000n ** 5n,
  P: 1000n ** 6n,
  Ki: 1000n * 1024n,
  Mi: 1000n * 1024n ** 2n,
  Gi: 1000n * 1024n ** 3n,
  Ti: 1000n * 1024n ** 4n,
  Pi: 1000n * 1024n ** 5n,
};

/** The value in thousandths of a thousandth, exact. */
function valueOf(quantity: string): bigint {
  const [, whole = "", fraction = "", suffix = ""] = quantityPattern.exec(quantity)!;
  return BigInt(whole + fraction.padEnd(3, "0")) * multipliers[suffix]!;
}

describe("canonicalQuantity", () => {
  // Each right side is what an API server gave back for the left one.
  const pairs = [
    ["2000m", "2"],
    ["1500m", "1500m"],
    ["0.5", "500m"],
    ["3Gi", "3Gi"],
    ["1.5Gi", "1536Mi"],
    ["1024Mi", "1Gi"],
    ["200M", "200M"],
    ["20000M", "20G"],
    ["1000k", "1M"],
    ["1.25G", "1250M"],
  ] as const;
  for (const [given, canonical] of pairs) {
    it(`writes ${given} as ${canonical}`, () => assert.equal(canonicalQuantity(given), canonical));
  }

  const quantities = fc
    .tuple(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom(...Object.keys(multipliers)))
    .map(([number, suffix]) => `${number}${suffix}`);

  it("keeps the value and needs no second pass", () => {
    fc.assert(
      fc.property(quantities, (quantity) => {
        const canonical = canonicalQuantity(quantity);
        assert.equal(valueOf(canonical), valueOf(quantity));
        assert.equal(canonicalQuantity(canonical), canonical);
      }),
    );
  });
});
