import assert from "node:assert/strict";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { kinds, type Resource } from "../../policies/kubernetes/match";
import { resourceRule, stackRule, type RuleMetadata } from "../../policies/pack/rule";
import { controlPlane, judge, namespace, resource, roll, tokens, unknown } from "./helper";

const metadata: RuleMetadata = {
  ...{ name: "x", displayName: "X", description: "It must be so.", severity: "low", tags: ["sampling"] },
  ...{ remediationSteps: "Do it.", url: "https://example.com", enforcementLevel: "advisory" },
};

/** The reason that a rule gives for not being meant for something, and the stack traces that the process then has. */
function reasonOf(validate: (args: object) => void, args: object): { reason: string; limit: number } {
  let reason = "";
  const notApplicable = (given: string): never => {
    reason = given;
    throw new Error("not applicable");
  };
  assert.throws(() => validate({ ...args, getConfig: () => ({}), notApplicable }), /not applicable/);
  return { reason, limit: Error.stackTraceLimit };
}

describe("rules", () => {
  const seen: string[] = [];
  const onMeshes = [kinds.controlPlane, kinds.istio];
  const ofResources = resourceRule(metadata, onMeshes, (object) => void seen.push(object.toString()));
  const ofMeshes = stackRule(metadata, (stack) => void seen.push(`${stack.objects.length} objects`));
  const ofStacks = stackRule(metadata, (stack) => void seen.push(`${stack.objects.length} objects`), {
    withoutMesh: true,
  });

  beforeEach(() => seen.splice(0));

  it("on resources judge those of their kinds, and say which these are", async () => {
    const { notApplicable } = await judge(ofResources, [controlPlane(), roll(), namespace("a")]);
    assert.equal(notApplicable, 2);
    assert.deepEqual(seen, ["ServiceMeshControlPlane istio-system/istio-system"]);
    const validate = (args: object) =>
      (ofResources.validateResource as (args: unknown, report: unknown) => void)(args, () => undefined);
    const before = Error.stackTraceLimit;
    assert.deepEqual(
      reasonOf(validate, { ...roll() } satisfies Partial<Record<keyof ResourceValidationArgs, unknown>>),
      {
        reason: "Only for ServiceMeshControlPlane, Istio, IstioRevision",
        limit: before,
      },
    );
  });

  it("on stacks see the objects in the same order, whichever the engine has them in", async () => {
    const orders: string[][] = [];
    const rule = stackRule(metadata, (stack) => void orders.push(stack.objects.map(({ urn }) => urn)));
    const resources = [namespace("b"), roll(), namespace("a"), controlPlane(), namespace("c")];
    await judge(rule, resources);
    await judge(rule, resources.toReversed());
    assert.equal(orders[0]?.length, resources.length);
    assert.deepEqual(orders[1], orders[0]);
  });

  it("on stacks judge those with a mesh, unless they are for all", async () => {
    const meshless: readonly Resource[] = [namespace("a")];
    assert.equal((await judge(ofMeshes, meshless)).notApplicable, 1);
    assert.deepEqual(seen, []);
    assert.equal((await judge(ofMeshes, [roll()])).notApplicable, 0);
    assert.equal((await judge(ofStacks, meshless)).notApplicable, 0);
    assert.deepEqual(seen, ["1 objects", "1 objects"]);
    const validate = (args: object) => void ofMeshes.validateStack(args as never, () => undefined);
    const resources = meshless as readonly unknown[] as PolicyResource[];
    assert.equal(reasonOf(validate, { resources }).reason, "The stack declares no control plane and no member roll");
  });

  it("on stacks with meshes note each part of a mesh that they cannot place", async () => {
    const lost = resource(tokens.roll, { metadata: { name: "default", namespace: unknown } });
    assert.deepEqual((await judge(ofMeshes, [lost])).notes, [
      "Not decided for ServiceMeshMemberRoll default: metadata.namespace of ServiceMeshMemberRoll default is not known before the update.",
    ]);
    assert.deepEqual((await judge(ofMeshes, [roll()])).notes, []);
    assert.deepEqual((await judge(ofStacks, [lost])).notes, []);
  });
});
