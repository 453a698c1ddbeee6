import assert from "node:assert/strict";
import { rules } from "../../policies/rules";
import { exampleOf } from "./examples";
import { judge } from "./helper";

/** The rules whose example a patch breaks as a whole object does, although the field is not set: and why. */
const brokenByLeavingOut: ReadonlyMap<string, string> = new Map([
  ["sampling-rate-stated", "a list such as spec.tracing is patched as a whole"],
  ["kiali-addon-auth-replaced", "it is about what a patch leaves as the addon wrote it"],
  ["default-namespace-unused", "a patch without a namespace lands there, too"],
]);

/** The rules whose example no patch breaks, although the field is set: and why. */
const keptByPatches: ReadonlyMap<string, string> = new Map([
  ["data-protected", "whoever patches an object does not delete it"],
  ["kiali-addon-patched", "a patch is what the rule asks for"],
  ["tempomonolithic-accepted", "jaegerui.enabled may be set elsewhere"],
]);

/** The rules that cannot tell from a patch, and say so. */
const undecidedForPatches: ReadonlyMap<string, string> = new Map([
  ["storage-secret-form", "the credential mode shows in the keys that the Secret has elsewhere"],
]);

describe("patches of objects", () => {
  for (const rule of rules) {
    it(`break ${rule.name} by what they set, and not by what they leave to whoever declares the object`, async () => {
      const objects = exampleOf(rule);
      const declared = await judge(rule, objects);
      const broken = new Set(declared.violations.map(({ urn }) => urn));
      const patched = await judge(
        rule,
        objects.map((object) => (broken.has(object.urn) ? { ...object, type: `${object.type}Patch` } : object)),
      );
      const isSet = ({ message }: { message: string }) => !message.includes(" is not set, ");
      const expected = declared.violations.filter(
        (violation) => (isSet(violation) || brokenByLeavingOut.has(rule.name)) && !isLeft(rule.name),
      );
      assert.deepEqual(patched.violations, expected);
      assert.equal(patched.notes.length > 0, undecidedForPatches.has(rule.name));
    });
  }
});

function isLeft(rule: string): boolean {
  return keptByPatches.has(rule) || undecidedForPatches.has(rule);
}
