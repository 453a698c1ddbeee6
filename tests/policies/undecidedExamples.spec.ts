import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "../../policies/kubernetes/match";
import type { Rule } from "../../policies/pack/rule";
import { rules } from "../../policies/rules";
import { buildPack, EngineFixture, pack, type PolicyEvent } from "./engine";
import { exampleOf } from "./examples";
import { judge } from "./helper";
import { allPlaces, alwaysDecided, without, type Place } from "./unknownPlaces";

/** A rule's example, and the place in it without which the rule cannot tell. */
interface Subject {
  readonly rule: Rule;
  /** Under names that no other rule's example has. */
  readonly objects: readonly Resource[];
  readonly unknown: Place;
}

const nameOf = ({ urn }: Resource): string => urn.split("::").at(-1)!;

/** Whether a rule breaks at an object of a subject, among other objects. */
async function breaks({ rule, objects }: Omit<Subject, "unknown">, all = objects): Promise<boolean> {
  const { violations } = await judge(rule, all);
  return violations.some(({ urn }) => objects.some((object) => object.urn === urn));
}

/** A rule's example, without the deepest place that the rule needs. */
async function subjectOf(rule: Rule): Promise<Subject> {
  const objects = exampleOf(rule).map((object) => ({
    ...object,
    urn: object.urn.replace("example.yaml#", `${rule.name}-`),
  }));
  const places = [...allPlaces(objects)].sort((left, right) => right.path.length - left.path.length);
  for (const unknown of places) {
    if (!(await breaks({ rule, objects: without(objects, unknown) }))) {
      return { rule, objects, unknown };
    }
  }
  return assert.fail(`no value of the example of ${rule.name} matters`);
}

/** Whether each rule can tell on its own example in an update, and none in a preview, in spite of the others' objects. */
async function fit(subjects: readonly Subject[]): Promise<boolean> {
  const inUpdate = subjects.flatMap(({ objects }) => objects);
  const inPreview = subjects.flatMap(({ objects, unknown }) => without(objects, unknown));
  for (const subject of subjects) {
    if (!(await breaks(subject, inUpdate)) || (await breaks(subject, inPreview))) {
      return false;
    }
  }
  return true;
}

/** Puts the subjects into as few programs as they fit into. */
async function programs(subjects: readonly Subject[]): Promise<readonly (readonly Subject[])[]> {
  const found: Subject[][] = [];
  for (const subject of subjects) {
    const fits = await Promise.all(found.map((program) => fit([...program, subject])));
    const program = found[fits.indexOf(true)];
    if (program) {
      program.push(subject);
    } else {
      found.push([subject]);
    }
  }
  return found;
}

const undecidable = rules.filter(({ name }) => !alwaysDecided.has(name));

describe("each rule, on an example of which a preview does not know all", function () {
  this.timeout(600_000);

  const reported: { inPreview: PolicyEvent[]; inUpdate: PolicyEvent[] } = { inPreview: [], inUpdate: [] };
  const subjects = new Map<Rule, Subject>();
  const packConfig = {
    // Or what breaks a rule would not be registered, and the rules on the stack not be asked.
    all: "advisory",
    ...Object.fromEntries(
      rules
        .filter(({ configSchema }) => configSchema?.properties["nonProduction"])
        .map(({ name }) => [name, { enforcementLevel: "advisory", nonProduction: [] }]),
    ),
  };

  before(async () => {
    await buildPack();
    for (const rule of undecidable) {
      subjects.set(rule, await subjectOf(rule));
    }
    for (const program of await programs([...subjects.values()])) {
      const fixture = await EngineFixture.create("examples");
      try {
        const file = join(fixture.folder, "subjects.json");
        const registered = program.flatMap(({ objects, unknown }) =>
          objects.map(({ type, props, ...object }, index) => ({
            ...{ type, props, name: nameOf({ type, props, ...object }) },
            ...(index === unknown.index && { unknown: unknown.path }),
          })),
        );
        writeFileSync(file, JSON.stringify(registered));
        await fixture.succeed("config", "set", "subjects", file);
        const config = ["--policy-pack", pack, "--policy-pack-config", fixture.packConfig(packConfig)];
        reported.inPreview.push(...(await fixture.policyEvents("preview", ...config)));
        reported.inUpdate.push(...(await fixture.policyEvents("up", "--yes", "--skip-preview", ...config)));
      } finally {
        fixture.remove();
      }
    }
  });

  for (const rule of undecidable) {
    it(`leaves ${rule.name} to the update, which decides it`, () => {
      const { objects } = subjects.get(rule)!;
      const names = new Set(objects.map(nameOf));
      const own = (events: readonly PolicyEvent[]) => events.filter(({ policyName }) => policyName === rule.name);
      const onExample = (events: readonly PolicyEvent[]) =>
        own(events).filter(({ resourceUrn }) => names.has(resourceUrn.split("::").at(-1)!));
      const isNote = ({ message }: PolicyEvent) => message.includes("Not decided for ");
      assert.ok(own(reported.inPreview).some(isNote), "the preview says nothing");
      assert.deepEqual(
        onExample(reported.inPreview).filter((event) => !isNote(event)),
        [],
      );
      assert.ok(
        onExample(reported.inUpdate).some((event) => !isNote(event)),
        "the update does not decide",
      );
    });
  }
});
