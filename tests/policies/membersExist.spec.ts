import assert from "node:assert/strict";
import { membersExist } from "../../policies/rules/membership/membersExist";
import { controlPlane, judge, memberOf, namespace, resource, roll, rollOf, unknown } from "./helper";

describe("members-exist", () => {
  it("refuses members that the stack does not declare", async () => {
    const subject = roll("bookinfo", "bokinfo");
    const { violations } = await judge(membersExist, [controlPlane(), namespace("bookinfo"), subject]);
    assert.deepEqual(violations, [
      {
        message:
          'ServiceMeshMemberRoll istio-system/default: spec.members[1] is "bokinfo", a member of the mesh, but the stack neither ' +
          "creates nor adopts such a namespace. Correct the name, declare the namespace, or list it under existing of policy " +
          "members-exist if others made it.",
        urn: subject.urn,
      },
    ]);
  });

  it("judges ServiceMeshMembers too", async () => {
    const subject = memberOf("bokinfo");
    const { violations } = await judge(membersExist, [controlPlane(), subject]);
    assert.equal(violations[0]?.urn, subject.urn);
    assert.match(violations[0]?.message ?? "", /^ServiceMeshMember bokinfo\/default: metadata\.namespace is "bokinfo"/);
  });

  it("accepts namespaces that are created, adopted, or OpenShift projects", async () => {
    for (const token of ["core/v1:Namespace", "core/v1:NamespacePatch", "project.openshift.io/v1:ProjectRequest"]) {
      const declared = resource(token, { metadata: { name: "bookinfo" } });
      assert.deepEqual((await judge(membersExist, [declared, roll("bookinfo")])).violations, [], token);
    }
  });

  it("accepts the wildcard, and those that its configuration says exist", async () => {
    assert.deepEqual((await judge(membersExist, [roll("*")])).violations, []);
    assert.deepEqual((await judge(membersExist, [roll("shop")], { existing: ["shop"] })).violations, []);
    assert.equal((await judge(membersExist, [roll("shop")], { existing: ["stop"] })).violations.length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [roll(unknown)],
      [namespace(unknown), roll("bookinfo")],
      [controlPlane(), memberOf(unknown)],
    ]) {
      const { violations, notes } = await judge(membersExist, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    const { violations, notes } = await judge(membersExist, [controlPlane(), rollOf({ members: unknown })]);
    assert.deepEqual(violations, []);
    assert.match(notes[0] ?? "", /spec\.members of ServiceMeshMemberRoll istio-system\/default is not known/);
    assert.equal((await judge(membersExist, [roll(unknown, "bookinfo")])).violations.length, 1);
  });
});
