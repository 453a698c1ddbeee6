import assert from "node:assert/strict";
import fc from "fast-check";
import { KubernetesObject, kinds } from "../../policies/kubernetes/match";
import { withFields } from "../../policies/pack/remediation";
import { resourceRule, type Remediation } from "../../policies/pack/rule";
import { deployment, mend, resource, secret, tokens, unknown } from "./helper";

/** A rule that mends Telemetry by what is given. */
const ruleWith = (remediate: Remediation) =>
  resourceRule(
    {
      name: "test",
      displayName: "Test",
      description: "A test must pass.",
      enforcementLevel: "advisory",
      severity: "low",
      tags: ["test"],
      url: "https://example.com",
      remediationSteps: "None.",
    },
    [kinds.telemetry],
    () => undefined,
    { remediate },
  );

/** Sets one field, whatever it is now. */
const setting = (path: readonly (string | number)[], value: unknown) =>
  ruleWith((object) => withFields(object.props, [[object.field(...path), value]]));

const subject = (props: Record<string, unknown>) => resource(tokens.telemetry, props, { name: "test" });
const mendedProps = async (rule: ReturnType<typeof ruleWith>, props: Record<string, unknown>) =>
  (await mend(rule, subject(props)))?.props;

describe("remediation", () => {
  it("runs for the rule's kinds, patches included, and has the rule's configuration", async () => {
    const rule = ruleWith((object, config) => withFields(object.props, [[object.field("spec", "x"), config["x"]]]));
    const patch = resource("telemetry.istio.io/v1:TelemetryPatch", {}, { name: "test" });
    assert.deepEqual((await mend(rule, patch, { x: 1 }))?.props, { spec: { x: 1 } });
    assert.equal(await mend(rule, deployment("bookinfo"), { x: 1 }), undefined);
  });

  it("leaves an object alone for which there is nothing to mend", async () => {
    assert.equal(
      await mend(
        ruleWith(() => undefined),
        subject({ spec: {} }),
      ),
      undefined,
    );
  });

  it("sets fields in maps and lists, makes what is missing on the way, and takes fields away", async () => {
    const props = { metadata: { name: "x" }, spec: { list: [{ a: 1 }, { a: 2, b: 3 }] } };
    const changed = async (path: (string | number)[], value: unknown) => mendedProps(setting(path, value), props);
    assert.deepEqual(await changed(["spec", "list", 1, "a"], 4), {
      metadata: { name: "x" },
      spec: { list: [{ a: 1 }, { a: 4, b: 3 }] },
    });
    assert.deepEqual(await changed(["metadata", "labels", "app"], "y"), {
      ...props,
      metadata: { name: "x", labels: { app: "y" } },
    });
    assert.deepEqual(await changed(["spec", "list"], undefined), { metadata: { name: "x" }, spec: {} });
  });

  it("makes several changes, each on top of the one before", () => {
    const object = KubernetesObject.from(subject({ spec: { a: 1, b: 2 } }))!;
    const spec = object.field("spec");
    const mended = withFields(object.props, [
      [spec.at("a"), undefined],
      [spec.at("c", "d"), 3],
      [spec.at("c", "e"), 4],
    ]);
    assert.deepEqual(mended, { spec: { b: 2, c: { d: 3, e: 4 } } });
    assert.deepEqual(object.props, { spec: { a: 1, b: 2 } });
  });

  it("leaves values that are not known yet to the update", async () => {
    const props = { metadata: { name: unknown, labels: { a: unknown } }, spec: { list: [unknown, { b: unknown }] } };
    assert.deepEqual(await mendedProps(setting(["spec", "list", 1, "c"], 1), props), {
      ...props,
      spec: { list: [unknown, { b: unknown, c: 1 }] },
    });
  });

  it("keeps secrets secret: beside a change, around it, and in the field that it sets", async () => {
    const props = { a: secret("s"), b: [secret("s"), 1], c: secret({ d: 1, e: secret("s") }), f: { g: secret("s") } };
    assert.deepEqual(await mendedProps(setting(["x"], 1), props), { ...props, x: 1 });
    assert.deepEqual(await mendedProps(setting(["b", 1], 2), props), { ...props, b: [secret("s"), 2] });
    assert.deepEqual(await mendedProps(setting(["b", 0], 2), props), { ...props, b: [secret(2), 1] });
    assert.deepEqual(await mendedProps(setting(["c", "d"], 2), props), {
      ...props,
      c: secret({ d: 2, e: secret("s") }),
    });
    assert.deepEqual(await mendedProps(setting(["f", "g"], 2), props), { ...props, f: { g: secret(2) } });
  });

  it("keeps secrets secret also if the remediation copies what it sees", async () => {
    const copying = ruleWith(({ props }) => {
      const spec = props["spec"] as Record<string, unknown>;
      return { ...props, spec: { ...spec, list: [...(spec["list"] as unknown[])], x: 1 } };
    });
    const props = { data: secret("s"), spec: { a: secret("s"), list: [secret("s"), { b: secret("s") }] } };
    assert.deepEqual(await mendedProps(copying, props), { ...props, spec: { ...props.spec, x: 1 } });
  });

  it("makes a list secret if one of its items is and the remediation adds or removes some", async () => {
    const shortening = ruleWith(({ props }) => ({ list: [...(props["list"] as unknown[])].slice(1) }));
    assert.deepEqual(await mendedProps(shortening, { list: [1, secret("s")] }), { list: secret(["s"]) });
    assert.deepEqual(await mendedProps(shortening, { list: [1, "s"] }), { list: ["s"] });
  });

  it("keeps every secret of any object, whatever is set", async () => {
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.constant(unknown)),
      tree: fc.oneof(
        { depthSize: "small", maxDepth: 3 },
        tie("leaf"),
        tie("leaf").map(secret),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("tree")),
      ),
    }));
    const rule = setting(["set", "here"], true);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom("a", "b", "c"), tree), async (props) => {
        assert.deepEqual(await mendedProps(rule, props), { ...structuredClone(props), set: { here: true } });
      }),
    );
  });
});
