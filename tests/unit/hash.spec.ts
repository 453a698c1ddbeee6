import assert from "node:assert/strict";
import fc from "fast-check";
import { shortHash } from "../../components/hash";

describe("shortHash", () => {
  it("fits into a name of Kubernetes", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => /^[0-9a-f]{10}$/.test(shortHash(value))));
  });

  it("is the same for equal values in every version, or all jobs would run again", () => {
    assert.equal(shortHash({ a: [1, "b"] }), "ee70aef572");
    assert.equal(shortHash({ a: [1, "b"] }), shortHash(JSON.parse('{ "a": [1, "b"] }')));
  });

  it("differs for different values", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        assert.equal(shortHash(one) === shortHash(other), JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});
