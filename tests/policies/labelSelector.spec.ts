import assert from "node:assert/strict";
import { Field, isUnknown } from "../../policies/kubernetes/fields";
import { selects } from "../../policies/kubernetes/labelSelector";
import { guardUnknowns, unknown } from "./helper";

/** What the selector says of these labels: true, false or "unknown". */
function decide(selector: unknown, labels: Record<string, unknown>): boolean | "unknown" {
  const owner = { props: guardUnknowns({ selector, labels }), toString: () => "it" };
  const decision = selects(new Field(owner, ["selector"]), (key) => new Field(owner, ["labels", key]).string());
  return isUnknown(decision) ? "unknown" : decision;
}

const expression = (operator: unknown, ...values: unknown[]) => ({
  matchExpressions: [{ key: "mesh", operator, values }],
});

describe("label selector", () => {
  it("selects everything when empty", () => {
    assert.equal(decide({}, {}), true);
    assert.equal(decide({ matchLabels: {}, matchExpressions: [] }, { a: "b" }), true);
  });

  it("wants every label and every expression", () => {
    const selector = { matchLabels: { mesh: "yes", team: "x" }, ...expression("Exists") };
    assert.equal(decide(selector, { mesh: "yes", team: "x" }), true);
    assert.equal(decide(selector, { mesh: "yes" }), false);
    assert.equal(decide(selector, { mesh: "no", team: "x" }), false);
    assert.equal(decide({ matchLabels: { team: "x" }, ...expression("Exists") }, { team: "x" }), false);
  });

  const operators: readonly (readonly [string, string[], boolean, boolean, boolean])[] = [
    // operator, its values, and what it says of mesh=yes, of mesh=no, of no label at all
    ["In", ["yes", "y"], true, false, false],
    ["NotIn", ["yes", "y"], false, true, true],
    ["Exists", [], true, true, false],
    ["DoesNotExist", [], false, false, true],
    ["Like", ["yes"], false, false, false],
  ];
  for (const [operator, values, ofYes, ofNo, ofNone] of operators) {
    it(`knows ${operator}`, () => {
      assert.equal(decide(expression(operator, ...values), { mesh: "yes" }), ofYes);
      assert.equal(decide(expression(operator, ...values), { mesh: "no" }), ofNo);
      assert.equal(decide(expression(operator, ...values), {}), ofNone);
    });
  }

  it("decides in spite of unknown values where they do not matter", () => {
    assert.equal(decide({ matchLabels: { mesh: unknown, team: "x" } }, { mesh: "yes", team: "y" }), false);
    assert.equal(decide({ matchLabels: { mesh: "yes" } }, { mesh: "yes", team: unknown }), true);
    assert.equal(decide(expression("In", "yes", unknown), { mesh: "yes" }), true);
  });

  it("leaves open what depends on an unknown value", () => {
    assert.equal(decide({ matchLabels: { mesh: "yes" } }, { mesh: unknown }), "unknown");
    assert.equal(decide({ matchLabels: { mesh: unknown } }, { mesh: "yes" }), "unknown");
    assert.equal(decide({ matchLabels: unknown }, {}), "unknown");
    assert.equal(decide({ matchExpressions: unknown }, {}), "unknown");
    assert.equal(decide(expression(unknown, "yes"), { mesh: "yes" }), "unknown");
    assert.equal(decide(expression("In", unknown), { mesh: "yes" }), "unknown");
    assert.equal(decide(expression("Exists"), { mesh: unknown }), "unknown");
    assert.equal(decide(expression("DoesNotExist"), { mesh: unknown }), "unknown");
  });
});
