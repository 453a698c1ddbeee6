import assert from "node:assert/strict";
import { memberObjectsNamedDefault } from "../../policies/rules/membership/memberObjectsNamedDefault";
import { judge, memberOf, resource, roll, tokens, unknown } from "./helper";

const named = (token: string, name: unknown) => resource(token, { metadata: { name, namespace: "istio-system" } });

describe("member-objects-named-default", () => {
  it("refuses any other name, of patches too", async () => {
    for (const [token, kind] of [
      [tokens.roll, "ServiceMeshMemberRoll"],
      [tokens.member, "ServiceMeshMember"],
      [`${tokens.roll}Patch`, "ServiceMeshMemberRoll"],
    ] as const) {
      const subject = named(token, "bookinfo");
      assert.deepEqual((await judge(memberObjectsNamedDefault, [subject])).violations, [
        {
          message: `${kind} istio-system/bookinfo: metadata.name is "bookinfo", but Maistra takes only the name default. Set it to "default".`,
          urn: subject.urn,
        },
      ]);
    }
  });

  it("accepts default, and a name that is still to be generated", async () => {
    const subjects = [roll("bookinfo"), memberOf("bookinfo"), named(tokens.roll, undefined)];
    assert.deepEqual(await judge(memberObjectsNamedDefault, subjects), { violations: [], notes: [], notApplicable: 0 });
  });

  it("does not judge a name that a preview does not know, and is not meant for other kinds", async () => {
    const subjects = [named(tokens.roll, unknown), named(tokens.telemetry, "x")];
    const { violations, notes, notApplicable } = await judge(memberObjectsNamedDefault, subjects);
    assert.deepEqual(
      { violations, notes: notes.length, notApplicable },
      { violations: [], notes: 1, notApplicable: 1 },
    );
  });
});
