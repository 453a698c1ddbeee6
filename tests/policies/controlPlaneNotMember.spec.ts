import assert from "node:assert/strict";
import { controlPlaneNotMember } from "../../policies/rules/membership/controlPlaneNotMember";
import { controlPlane, judge, memberOf, resource, roll, rollOf, tokens, unknown } from "./helper";

describe("control-plane-not-member", () => {
  it("refuses the roll's own namespace, also if the control plane is declared elsewhere", async () => {
    const subject = roll("bookinfo", "istio-system");
    for (const resources of [[controlPlane(), subject], [subject]]) {
      assert.deepEqual((await judge(controlPlaneNotMember, resources)).violations, [
        {
          message:
            'ServiceMeshMemberRoll istio-system/default: spec.members[1] is "istio-system", the namespace of a control plane, ' +
            "which belongs to its mesh without being a member. Remove it from spec.members.",
          urn: subject.urn,
        },
      ]);
    }
  });

  it("refuses another control plane's namespace", async () => {
    const other = resource(tokens.controlPlane, { metadata: { name: "other", namespace: "other-system" }, spec: {} });
    assert.equal((await judge(controlPlaneNotMember, [roll("other-system"), other])).violations.length, 1);
  });

  it("refuses a ServiceMeshMember there, and a patch of the roll", async () => {
    const [violation] = (await judge(controlPlaneNotMember, [controlPlane(), memberOf("istio-system")])).violations;
    assert.match(
      violation?.message ?? "",
      /^ServiceMeshMember istio-system\/default: .*Remove this ServiceMeshMember\.$/,
    );
    const patch = { ...roll("istio-system"), type: `kubernetes:${tokens.roll}Patch` };
    assert.equal((await judge(controlPlaneNotMember, [patch])).violations.length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [roll(unknown), rollOf({ members: unknown })]) {
      const { violations, notes } = await judge(controlPlaneNotMember, [controlPlane(), subject]);
      assert.deepEqual(violations, []);
      assert.match(notes[0] ?? "", /spec\.members(\[0\])? of .* is not known before the update/);
    }
    assert.equal((await judge(controlPlaneNotMember, [roll(unknown, "istio-system")])).violations.length, 1);
  });
});
