import assert from "node:assert/strict";
import { anyOf, Field, isUnknown, Unknown } from "../../policies/kubernetes/fields";
import { guardUnknowns, unknown } from "./helper";

const fieldOf = (props: Record<string, unknown>, ...path: (string | number)[]) =>
  new Field({ props: guardUnknowns(props), toString: () => "Pod a" }, path);

const reasonOf = (value: unknown) => (isUnknown(value) ? value.reason : assert.fail(`${String(value)} is known`));

describe("fields", () => {
  it("read what is there, and nothing of what is not", () => {
    const props = { a: [{ b: 0 }], c: null, d: "text" };
    assert.equal(fieldOf(props, "a", 0, "b").read(), 0);
    for (const path of [["x"], ["a", 1], ["a", 0, "b", "c"], ["c"], ["c", "d"], ["d", "length", "x"]]) {
      assert.equal(fieldOf(props, ...path).read(), undefined, path.join("."));
    }
  });

  it("say which part of a path is not known before the update", () => {
    const reason = "spec.a of Pod a is not known before the update";
    assert.equal(reasonOf(fieldOf({ spec: { a: unknown } }, "spec", "a", "b", "c").read()), reason);
    assert.equal(reasonOf(fieldOf({ spec: { a: unknown } }, "spec", "a").read()), reason);
  });

  it("say which part of a path is a secret that was not decrypted, whatever type it had", () => {
    const reason = "spec.a of Pod a is a secret that cannot be decrypted here";
    const props = { spec: { a: "[secret]", b: "a [secret]" } };
    for (const field of [fieldOf(props, "spec", "a"), fieldOf(props, "spec", "a", "b", 0)]) {
      assert.equal(reasonOf(field.string()), reason);
      assert.equal(reasonOf(field.number()), reason);
      assert.equal(reasonOf(field.items()), reason);
      assert.equal(reasonOf(field.entries()), reason);
    }
    assert.equal(fieldOf(props, "spec", "b").string(), "a [secret]");
  });

  it("do not hide other errors", () => {
    const props = {
      get a(): string {
        throw new TypeError("not about unknown values");
      },
    };
    assert.throws(() => new Field({ props, toString: () => "" }, ["a"]).read(), /^TypeError: not about/);
  });

  it("leave out values of another type", () => {
    const props = { text: "1", number: 1, list: ["a", 1, { name: "b" }, null], map: { a: 1 } };
    assert.deepEqual([fieldOf(props, "text").string(), fieldOf(props, "number").string()], ["1", undefined]);
    assert.deepEqual([fieldOf(props, "text").number(), fieldOf(props, "number").number()], [undefined, 1]);
    const items = fieldOf(props, "list").items() as readonly Field[];
    assert.deepEqual(items.map(String), ["list[0]", "list[1]", "list[2]", "list[3]"]);
    assert.deepEqual([fieldOf(props, "map").items(), fieldOf(props, "text").items()], [[], []]);
    assert.deepEqual([fieldOf(props, "list").entries(), fieldOf(props, "text").entries()], [[], []]);
    const entries = fieldOf(props, "map").entries() as readonly (readonly [string, Field])[];
    assert.deepEqual(
      entries.map(([key, value]) => [key, value.read()]),
      [["a", 1]],
    );
    assert.deepEqual(fieldOf(props, "missing").entries(), []);
  });

  it("find strings in lists, and where in the items", () => {
    const props = { list: ["a", 1, "b"], named: [{ name: "x" }, {}, { name: 2 }], unknown };
    const found = (field: Field, ...path: string[]) =>
      field.strings(...path).map(({ field: place, value }) => [place.toString(), isUnknown(value) ? "?" : value]);
    assert.deepEqual(found(fieldOf(props, "list")), [
      ["list[0]", "a"],
      ["list[2]", "b"],
    ]);
    assert.deepEqual(found(fieldOf(props, "named"), "name"), [["named[0].name", "x"]]);
    assert.deepEqual(found(fieldOf(props, "unknown"), "name"), [["unknown", "?"]]);
    assert.deepEqual(fieldOf(props, "missing").asString(), []);
  });

  it("are written as users write them", () => {
    assert.equal(fieldOf({}, "metadata", "labels", "a.b/c", "d").toString(), 'metadata.labels["a.b/c"].d');
    assert.equal(fieldOf({}, "spec", "list", 0, "x").toString(), "spec.list[0].x");
  });
});

describe("decisions", () => {
  const doubt = new Unknown(() => "so");
  it("are yes if any is, else open if any is", () => {
    assert.equal(anyOf([false, doubt, true]), true);
    assert.equal(anyOf([false, doubt]), doubt);
    assert.equal(anyOf([false, false]), false);
    assert.equal(anyOf([]), false);
  });
});
