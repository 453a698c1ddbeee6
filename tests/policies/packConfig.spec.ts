import assert from "node:assert/strict";
import type { PolicyConfigSchema } from "@pulumi/policy";
import { checkedKeywords, describingKeywords, schemaProblems } from "../../policies/pack/configSchema";
import { nameProblems, PackConfigError, packSettings } from "../../policies/pack/packConfig";
import { resourceRule, type Rule } from "../../policies/pack/rule";
import { rules } from "../../policies/rules";

const rule = (name: string, configSchema?: PolicyConfigSchema): Rule =>
  resourceRule(
    {
      ...{ name, displayName: name, description: "It must be so.", severity: "low", tags: ["sampling"] },
      ...{ remediationSteps: "", url: "", enforcementLevel: "advisory", ...(configSchema && { configSchema }) },
    },
    [],
    () => undefined,
  );

const plain = rule("plain");
const limited = rule("limited", {
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 3, default: 2 },
    names: { type: "array", items: { type: "string", minLength: 1 } },
  },
});

const settings = (given: unknown) => Object.fromEntries(packSettings([plain, limited], given));

/** The problems of a configuration that does not fit, one a line. */
function problems(given: unknown): readonly string[] {
  try {
    packSettings([plain, limited], given);
  } catch (error) {
    assert.ok(error instanceof PackConfigError);
    return error.message.split("\n- ").slice(1);
  }
  return [];
}

describe("configuration of the policy pack", () => {
  it("leaves the rules' levels and defaults where nothing is given", () => {
    const defaults = { plain: { level: "advisory", config: {} }, limited: { level: "advisory", config: { limit: 2 } } };
    assert.deepEqual(settings({}), defaults);
  });

  it("takes a level for all, and one rule's level and keys over it", () => {
    const given = { all: "disabled", limited: { enforcementLevel: "mandatory", limit: 3, names: ["a"] } };
    assert.deepEqual(settings(given), {
      plain: { level: "disabled", config: {} },
      limited: { level: "mandatory", config: { limit: 3, names: ["a"] } },
    });
    assert.deepEqual(settings({ all: { enforcementLevel: "mandatory" }, plain: "remediate", limited: { limit: 1 } }), {
      plain: { level: "remediate", config: {} },
      limited: { level: "mandatory", config: { limit: 1 } },
    });
  });

  it("may name every rule with its settings, and all with a level", () => {
    const everything = Object.fromEntries(
      rules.map(({ name, configSchema }) => [name, { ...configSchema?.properties }] as const),
    );
    assert.deepEqual(nameProblems(rules, { ...everything, all: {} }), []);
  });

  it("must not name a rule that does not exist", () => {
    assert.deepEqual(nameProblems(rules.slice(0, 2), { "sampling-in-limit": {}, "no-such": {} }), [
      "sampling-in-limit is no rule of the pack. Rules with a like name: sampling-within-limit, sampling-units-agree.",
      "no-such is no rule of the pack. Its rules: sampling-within-limit, sampling-units-agree.",
    ]);
  });

  it("must not have a key that the rule does not", () => {
    assert.deepEqual(
      nameProblems(rules, {
        "sampling-within-limit": { limit: 5, otherLimit: 5 },
        "sampling-units-agree": { limits: {} },
        all: { limits: {} },
      }),
      [
        "sampling-within-limit.limit is not a known key. Keys of this rule: limits, otherLimit.",
        "sampling-units-agree.limits is not a known key. Keys of this rule: none but enforcementLevel.",
        "all.limits is not a known key. Keys of all: none but enforcementLevel.",
      ],
    );
  });

  it("names everything that is wrong", () => {
    assert.deepEqual(
      problems({
        all: "strict",
        plain: { limit: 1 },
        plane: "advisory",
        limited: { enforcementLevel: 1, limit: 4, names: ["a", ""] },
      }),
      [
        "plain.limit is not a known key. Keys of this rule: none but enforcementLevel.",
        "plane is no rule of the pack. Its rules: plain, limited.",
        'all is "strict", but a level is one of mandatory, advisory, remediate, disabled.',
        "limited is 1, but a level is one of mandatory, advisory, remediate, disabled.",
        "limited.limit is 4, but must be at most 3.",
        'limited.names[1] is "", but must be at least 1 long.',
      ],
    );
    assert.deepEqual(problems({ limited: null, constructor: "advisory" }), [
      "constructor is no rule of the pack. Its rules: plain, limited.",
      "limited is null, but a level is one of mandatory, advisory, remediate, disabled.",
    ]);
    assert.deepEqual(problems({ limited: { limt: 1 } }), [
      "limited.limt is not a known key. Keys of this rule: limit, names.",
    ]);
  });

  const texts: readonly unknown[] = ["dev", [""], [1], {}, null];
  const percents: readonly unknown[] = ["5", -1, 100.5, null];
  /** Values that each setting of each rule must not have. */
  const wrong: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
    "sampling-within-limit": {
      limits: [5, [], ...percents.map((value) => ({ dev: value }))],
      otherLimit: percents,
    },
    "members-exist": { existing: texts },
    "injection-revision-exists": { existing: texts },
    "traced-pods-labelled": { labels: texts },
    "query-frontend-memory": { minimumMebibytes: ["100", 0, -1, null] },
    "no-sensitive-span-tags": { headers: texts, allowed: texts },
    "gateway-in-production": { nonProduction: texts },
    "no-minio-in-production": { nonProduction: texts },
    "no-wide-bindings": { except: texts },
    "images-pinned": { require: ["latest", "", null, ["tag"]], registries: texts },
    "restricted-namespaces": { level: ["privileged", "", null], except: texts },
    "container-requests": { resources: texts },
    "data-protected": { nonProduction: texts },
    "ownership-labels": { labels: texts },
  };

  it("has settings for these rules, and no others", () => {
    const settings = rules.flatMap(({ name, configSchema }) =>
      configSchema ? [[name, Object.keys(configSchema.properties).sort()]] : [],
    );
    const listed = Object.entries(wrong).map(([name, keys]) => [name, Object.keys(keys).sort()]);
    assert.deepEqual(Object.fromEntries(settings), Object.fromEntries(listed));
  });

  for (const [name, keys] of Object.entries(wrong)) {
    for (const [key, values] of Object.entries(keys)) {
      it(`refuses a wrong ${key} of ${name}, and takes its default`, () => {
        for (const value of values) {
          assert.throws(
            () => packSettings(rules, { [name]: { [key]: value } }),
            new RegExp(`\\n- ${name}\\.${key}[^ ]* is .*, but must be `),
            JSON.stringify(value),
          );
        }
        const { [key]: usual } = packSettings(rules, {}).get(name)!.config;
        assert.notEqual(usual, undefined);
        assert.deepEqual(packSettings(rules, { [name]: { [key]: usual } }).get(name)!.config[key], usual);
      });
    }
  }

  it("misses required keys that have no default", () => {
    const strict = rule("strict", { properties: { a: { type: "string" }, b: { default: 1 } }, required: ["a", "b"] });
    assert.throws(() => packSettings([strict], {}), /:\n- strict\.a is missing\.$/);
    assert.doesNotThrow(() => packSettings([strict], { strict: { a: "x" } }));
  });

  for (const given of [[], "advisory", null, 1]) {
    it(`refuses ${JSON.stringify(given)}, which is no object`, () => {
      assert.throws(() => packSettings([plain], given), /must be a JSON object/);
    });
  }

  const schemas: readonly (readonly [value: unknown, schema: object, problem: string | undefined])[] = [
    [1, { type: "number" }, undefined],
    ["1", { type: "number" }, 'x is "1", but must be a number.'],
    [1.5, { type: "integer" }, "x is 1.5, but must be an integer."],
    [null, { type: ["string", "null"] }, undefined],
    [true, { type: ["string", "null"] }, "x is true, but must be a string or a null."],
    [true, { type: "boolean" }, undefined],
    [[], { type: "object" }, "x is [], but must be an object."],
    [null, { type: "object" }, "x is null, but must be an object."],
    [{}, { type: "array" }, "x is {}, but must be an array."],
    ["b", { enum: ["a", "b"] }, undefined],
    ["c", { enum: ["a", "b"] }, 'x is "c", but must be one of "a", "b".'],
    [0, { minimum: 0, maximum: 100 }, undefined],
    [100, { minimum: 0, maximum: 100 }, undefined],
    [-1, { minimum: 0 }, "x is -1, but must be at least 0."],
    [101, { maximum: 100 }, "x is 101, but must be at most 100."],
    ["ab", { minLength: 2, pattern: "^a" }, undefined],
    ["a", { minLength: 2 }, 'x is "a", but must be at least 2 long.'],
    ["ba", { pattern: "^a" }, 'x is "ba", but must be text that matches ^a.'],
    [["a", "b"], { uniqueItems: true }, undefined],
    [["a", "a"], {}, undefined],
    [["a", "a"], { uniqueItems: true }, 'x is ["a","a"], but must be without repetitions.'],
    [["a", 1], { items: { type: "string" } }, "x[1] is 1, but must be a string."],
    [{ a: 1, b: "1" }, { properties: { a: { type: "number" } } }, undefined],
    [
      { a: { b: 1 } },
      { properties: { a: { properties: { b: { type: "string" } } } } },
      "x.a.b is 1, but must be a string.",
    ],
    [{ a: 1 }, { additionalProperties: { type: "string" } }, "x.a is 1, but must be a string."],
    [{ a: 1 }, { properties: { a: {} }, additionalProperties: false }, undefined],
    [{ toString: 1 }, { properties: {}, additionalProperties: false }, "x.toString is not a known key."],
    [{ a: 1 }, { additionalProperties: true }, undefined],
  ];
  for (const [value, schema, problem] of schemas) {
    it(`finds ${problem ?? "nothing"} by ${JSON.stringify(schema)} in ${JSON.stringify(value)}`, () => {
      assert.deepEqual(schemaProblems(value, schema, "x"), problem === undefined ? [] : [problem]);
    });
  }

  it("checks every keyword that a rule's schema has", () => {
    const keywords = (schema: unknown): string[] =>
      Object.entries(schema as Record<string, unknown>).flatMap(([keyword, inner]) =>
        keyword === "properties"
          ? [keyword, ...Object.values(inner as object).flatMap(keywords)]
          : ["items", "additionalProperties"].includes(keyword) && typeof inner === "object"
            ? [keyword, ...keywords(inner)]
            : [keyword],
      );
    for (const { name, configSchema } of rules) {
      const used = Object.values(configSchema?.properties ?? {}).flatMap(keywords);
      const others = used.filter((keyword) => !checkedKeywords.has(keyword) && !describingKeywords.has(keyword));
      assert.deepEqual(others, [], name);
    }
  });
});
