import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import type { Rule } from "../../policies/pack/rule";
import { judge, unknown } from "./helper";

type Path = readonly (string | number)[];

/** The rules that go by kinds and versions alone, which a preview knows. */
export const alwaysDecided: ReadonlySet<string> = new Set(["api-versions-current", "api-versions-served"]);

/** How a rule's verdict on objects changes when a value of theirs is not known. */
export interface Change {
  /** Violations that are reported all of a sudden, and those that are neither reported nor noted any more. */
  readonly problems: readonly string[];
  /** How many violations have become notes. */
  readonly undecided: number;
}

/** A place in one of several objects. */
export interface Place {
  /** Which object. */
  readonly index: number;
  readonly path: Path;
}

/** Objects of which it is not known what is at a place. */
export function without(objects: readonly Resource[], { index, path }: Place): readonly Resource[] {
  const object = objects[index]!;
  return objects.with(index, { ...object, props: withUnknown(object.props, path) as Resource["props"] });
}

/** Every place in some objects. */
export function allPlaces(objects: readonly Resource[]): readonly Place[] {
  return objects.flatMap(({ props }, index) =>
    placesIn(props)
      .filter(([key]) => key !== "apiVersion" && key !== "kind")
      .map((path) => ({ index, path })),
  );
}

/** Judges objects as often as they have places, each time without knowing what is there. */
export async function withoutEach(rule: Rule, objects: readonly Resource[]): Promise<Change> {
  const known = await verdict(rule, objects);
  const problems: string[] = [];
  let undecided = 0;
  for (const place of allPlaces(objects)) {
    const { broken, notes } = await verdict(rule, without(objects, place));
    const where = `without ${place.path.join(".")} of ${objects[place.index]!.urn}`;
    const made = broken.filter((each) => !known.broken.includes(each));
    const missed = known.broken.filter((each) => !broken.includes(each));
    problems.push(...made.map((each) => `${each}: reported ${where}`));
    problems.push(...(notes > 0 ? [] : missed).map((each) => `${each}: neither reported nor noted ${where}`));
    undecided += missed.length;
  }
  return { problems, undecided };
}

/** What a rule says: which fields of which objects break it, and how many notes it has. */
async function verdict(
  rule: Rule,
  objects: readonly Resource[],
): Promise<{ broken: readonly string[]; notes: number }> {
  const { violations, notes } = await judge(rule, objects);
  const fieldOf = (message: string) => /^[^:]*: (\S+) is /.exec(message)?.[1] ?? assert.fail(message);
  return { broken: violations.map(({ message, urn }) => `${urn} ${fieldOf(message)}`), notes: notes.length };
}

/** Every place in a value, those of maps and lists included. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) {
    return [path];
  }
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const inner = keys.flatMap((key) => placesIn(value[key as never], [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

/** A value with what is at a place not known. */
function withUnknown(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) {
    return unknown;
  }
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = withUnknown(copy[key], rest);
  return copy;
}
