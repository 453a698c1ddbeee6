import assert from "node:assert/strict";
import fc from "fast-check";
import { durationHours } from "../../policies/kubernetes/duration";
import { asMebibytes, quantityValue } from "../../policies/kubernetes/quantity";

describe("quantities", () => {
  it("reads what Kubernetes writes", () => {
    const cases: readonly (readonly [string, number | undefined])[] = [
      ["0", 0],
      ["128", 128],
      ["+1", 1],
      ["1.5Gi", 1.5 * 1024 ** 3],
      [".5Ki", 512],
      [".25Ki", 256],
      ["12.25Gi", 12.25 * 1024 ** 3],
      ["200M", 200e6],
      ["3k", 3000],
      ["1500m", 1.5],
      ["1e3", 1000],
      ["1E3", 1000],
      ["2e-1", 0.2],
      ["1e12", 1e12],
      ["2E", 2e18],
      ["1Ei", 1024 ** 6],
      ["1Ti", 1024 ** 4],
      ["1Pi", 1024 ** 5],
      ["1T", 1e12],
      ["1P", 1e15],
      ["", undefined],
      ["Gi", undefined],
      ["1KB", undefined],
      ["1gi", undefined],
      ["1 Gi", undefined],
      ["-1", undefined],
      ["1Gib", undefined],
      ["much", undefined],
    ];
    for (const [text, expected] of cases) {
      assert.equal(quantityValue(text), expected, text);
    }
  });

  it("knows how the suffixes relate", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100000 }), (number) => {
        assert.equal(quantityValue(`${number}Gi`), quantityValue(`${number * 1024}Mi`));
        assert.equal(quantityValue(`${number}M`), quantityValue(`${number * 1000}k`));
      }),
    );
  });

  it("writes whole mebibytes", () => {
    assert.equal(asMebibytes(3 * 1024 ** 3 * 0.025), "76 MiB");
    assert.equal(asMebibytes(1024 ** 2), "1 MiB");
  });
});

describe("durations", () => {
  it("reads what Go writes", () => {
    const cases: readonly (readonly [string, number | undefined])[] = [
      ["48h", 48],
      ["48h0m0s", 48],
      ["1h30m", 1.5],
      ["90m", 1.5],
      ["1.5h", 1.5],
      [".25h", 0.25],
      ["12.25h", 12.25],
      ["3600s", 1],
      ["3600000ms", 1],
      ["", undefined],
      ["48", undefined],
      ["2d", undefined],
      ["h", undefined],
      ["48h ", undefined],
      ["x48h", undefined],
      ["x.5h", undefined],
    ];
    for (const [text, expected] of cases) {
      assert.equal(durationHours(text), expected, text);
    }
  });

  it("adds up hours and minutes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 59 }), (hours, minutes) => {
        const found = durationHours(`${hours}h${minutes}m`) ?? Number.NaN;
        assert.ok(Math.abs(found * 60 - (hours * 60 + minutes)) < 1e-6);
      }),
    );
  });
});
