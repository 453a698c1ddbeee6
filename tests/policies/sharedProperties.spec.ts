import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { shareProperties } from "../../policies/pack/sharedProperties";
import { secret } from "./helper";

type Read = (wire: { toJavaScript(): object }, keepSecrets: boolean) => Record<string, unknown>;

describe("shared properties", () => {
  const sdk = createRequire(require.resolve("@pulumi/policy"))("./deserialize") as { deserializeProperties: Read };
  let original: Read;

  beforeEach(() => {
    original = sdk.deserializeProperties;
    shareProperties();
  });
  afterEach(() => {
    sdk.deserializeProperties = original;
  });

  /** Properties as they come over the wire, and how often they have been read. */
  function wire(props: object): { reads: number; toJavaScript(): object } {
    return {
      reads: 0,
      toJavaScript() {
        this.reads += 1;
        return structuredClone(props);
      },
    };
  }

  it("are read once for all rules that judge a resource", () => {
    const [first, second] = [wire({ a: secret(1) }), wire({ a: 2 })];
    for (let rule = 0; rule < 3; rule += 1) {
      assert.deepEqual(sdk.deserializeProperties(first, false), { a: 1 });
      assert.deepEqual(sdk.deserializeProperties(second, false), { a: 2 });
    }
    assert.deepEqual([first.reads, second.reads], [1, 1]);
  });

  it("are read anew, with their secrets, for remediations, which may change them", () => {
    const props = wire({ a: secret(1) });
    const plain = sdk.deserializeProperties(props, false);
    const mended = sdk.deserializeProperties(props, true);
    mended["b"] = 1;
    assert.deepEqual(plain, { a: 1 });
    assert.deepEqual(sdk.deserializeProperties(props, false), { a: 1 });
    assert.equal(sdk.deserializeProperties(props, true)["b"], undefined);
  });
});
