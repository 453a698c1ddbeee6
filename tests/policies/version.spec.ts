import assert from "node:assert/strict";
import { isBefore, parseVersion } from "../../policies/kubernetes/version";

describe("versions", () => {
  for (const [text, major, minor] of [
    ["v2.5", 2, 5],
    ["1.73", 1, 73],
    ["v1.27.9", 1, 27],
    ["v1.27-latest", 1, 27],
    ["v10.12.1", 10, 12],
  ] as const) {
    it(`reads ${text}`, () => assert.deepEqual(parseVersion(text), { major, minor }));
  }

  for (const text of ["", "master", "v1", "v1.x", "v1.2x", "xv1.2", "v1.27_9"]) {
    it(`reads none in "${text}"`, () => assert.equal(parseVersion(text), undefined));
  }

  it("compares them by their parts", () => {
    const before = (left: string, right: string) => isBefore(parseVersion(left)!, parseVersion(right)!);
    assert.ok(before("v1.9", "v1.10") && before("v1.10", "v2.0") && before("v9.1", "v10.0"));
    assert.ok(!before("v1.10", "v1.9") && !before("v2.0", "v1.10") && !before("v2.5", "v2.5"));
  });
});
