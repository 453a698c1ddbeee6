import assert from "node:assert/strict";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { judgeObjects } from "../../policies/audit/judge";
import { readManifest, type ManifestObject } from "../../policies/audit/manifests";
import { packSettings } from "../../policies/pack/packConfig";
import { resourceRule, stackRule, type Rule, type RuleMetadata } from "../../policies/pack/rule";

const metadata = (name: string): RuleMetadata => ({
  ...{ name, displayName: name, description: "It must be so.", enforcementLevel: "mandatory", severity: "low" },
  ...{ tags: ["sampling"], remediationSteps: "", url: "" },
});

const pods = { group: "core", kinds: ["Pod"] };

/** Refuses the name of each Pod. */
const noPods = resourceRule(metadata("no-pods"), [pods], (object, findings) =>
  findings.violation({ object, field: object.field("metadata", "name"), problem: "a Pod", fix: "Remove it." }),
);

/** Refuses the kind of each Pod of a stack that has a mesh, and cannot decide on the others. */
const noPodsInMesh = stackRule(metadata("no-pods-in-mesh"), (stack, findings) => {
  for (const object of stack.ofKind(pods)) {
    findings.violation({ object, field: object.field("kind"), problem: "a Pod", fix: "Remove it." });
  }
});

const manifest = (file: string, ...names: string[]): readonly ManifestObject[] =>
  readManifest(
    names.map((name) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`).join("---\n"),
    file,
    "dev",
  ).objects;

const mesh = () => readManifest("apiVersion: maistra.io/v1\nkind: ServiceMeshMemberRoll\n", "mesh.yaml", "dev").objects;

async function judged(rules: readonly Rule[], objects: readonly ManifestObject[], config: object = {}) {
  const findings = await judgeObjects(rules, objects, packSettings(rules, config));
  return findings.map(({ rule, verdict, file, line, urn }) => [rule.name, verdict, file, line, urn.split("::").at(-1)]);
}

describe("judgement of manifests", () => {
  it("goes by file and line, whatever the order of rules and files", async () => {
    const objects = [...manifest("b.yaml", "x", "y"), ...mesh(), ...manifest("a.yaml", "z")];
    assert.deepEqual(await judged([noPods, noPodsInMesh], objects), [
      ["no-pods-in-mesh", "mandatory", "a.yaml", 2, "a.yaml#1"],
      ["no-pods", "mandatory", "a.yaml", 4, "a.yaml#1"],
      ["no-pods-in-mesh", "mandatory", "b.yaml", 2, "b.yaml#1"],
      ["no-pods", "mandatory", "b.yaml", 4, "b.yaml#1"],
      ["no-pods-in-mesh", "mandatory", "b.yaml", 7, "b.yaml#2"],
      ["no-pods", "mandatory", "b.yaml", 9, "b.yaml#2"],
    ]);
  });

  it("leaves out rules that are not meant for the objects", async () => {
    assert.deepEqual(await judged([noPods, noPodsInMesh], mesh()), []);
    assert.deepEqual(await judged([noPodsInMesh], manifest("a.yaml", "x")), []);
  });

  it("gives each verdict by the level in force", async () => {
    const objects = manifest("a.yaml", "x");
    for (const [level, verdicts] of [
      ["mandatory", ["mandatory"]],
      ["remediate", ["mandatory"]],
      ["advisory", ["advisory"]],
      ["disabled", []],
    ] as const) {
      const found = await judged([noPods], objects, { "no-pods": level });
      assert.deepEqual(
        found.map(([, verdict]) => verdict),
        verdicts,
      );
    }
  });

  it("hands rules their configuration", async () => {
    const configured: Rule = {
      ...metadata("configured"),
      configSchema: { properties: { most: { type: "number", default: 1 } } },
      validateResource: (args, report) => report(JSON.stringify(args.getConfig())),
    };
    const objects = manifest("a.yaml", "x");
    const findings = await judgeObjects([configured], objects, packSettings([configured], { configured: { most: 2 } }));
    assert.deepEqual(
      findings.map(({ message, line }) => [message, line]),
      [['{"most":2}', 1]],
    );
  });

  it("runs every validation of a rule, and waits for those that take their time", async () => {
    const several: Rule = {
      ...metadata("several"),
      validateResource: [
        async (_, report) => {
          await Promise.resolve();
          report("first");
        },
        (args) => args.notApplicable("never"),
        (_, report) => report("third"),
      ],
    };
    const findings = await judgeObjects([several], manifest("a.yaml", "x"), packSettings([several], {}));
    assert.deepEqual(
      findings.map(({ message }) => message),
      ["first", "third"],
    );
    const none: ResourceValidationPolicy & RuleMetadata = { ...metadata("none") };
    assert.deepEqual(await judgeObjects([none], manifest("a.yaml", "x"), packSettings([none], {})), []);
  });

  it("takes what is about the stack as a whole for the first object's", async () => {
    const whole = stackRule(metadata("whole"), (_, findings) =>
      findings.violation({ ...about(mesh()[0]!), problem: "", fix: "" }),
    );
    const about = ({ resource }: ManifestObject) => {
      const object = { urn: "", field: () => ({ read: () => 1, path: [] }), toString: () => resource.type };
      return { object, field: object.field() } as never as { object: never; field: never };
    };
    const [finding] = await judged([whole], [...mesh(), ...manifest("a.yaml", "x")]);
    assert.deepEqual(finding, ["whole", "mandatory", "mesh.yaml", 1, "mesh.yaml#1"]);
  });

  it("does not hide a rule's own error", async () => {
    const broken: Rule = {
      ...metadata("broken"),
      validateResource: () => {
        throw new TypeError("of the rule");
      },
    };
    const settings = packSettings([broken], {});
    await assert.rejects(judgeObjects([broken], manifest("a.yaml", "x"), settings), /^TypeError: of the rule$/);
  });
});
