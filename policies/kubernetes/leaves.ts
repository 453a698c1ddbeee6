import { UnknownValueError } from "@pulumi/policy";
import { isUnknown, type Field, type Unknown } from "./fields";

/** A text, number or truth value somewhere in an object, or a part of it that is not known yet. */
export interface Leaf {
  readonly field: Field;
  /** The map or list in which it stands. */
  readonly holder: Field;
  /** Its key in a map, or its index in a list. */
  readonly segment: string | number;
  /** The nearest key above: its own in a map, that of the list in a list. */
  readonly key: string;
  readonly value: string | number | boolean | Unknown;
}

/** Keys of lists whose items are a command line. */
export const commandLines: ReadonlySet<string> = new Set(["args", "command", "extraArgs"]);

/** Keys whose values are pods and containers, or hold them, and what a program in them gets to read. */
const wholes: ReadonlySet<string> = new Set([
  ...commandLines,
  ...["spec", "template", "jobTemplate", "initContainers", "containers", "env", "data"],
]);

/** Whether a leaf that is not known may be a whole part of an object, in which anything may turn up. */
export function mayBeWhole({ key }: Leaf): boolean {
  return wholes.has(key);
}

/**
 * Visits every leaf below a place. Walks the values themselves, since reading each leaf from the top of its object would
 * take several times as long.
 *
 * @param enters Whether to visit an entry of a map.
 */
export function visitLeaves(root: Field, enters: (key: string) => boolean, visit: (leaf: Leaf) => void): void {
  const descend = (holder: Field, nearestKey: string, parent: object): void => {
    const segments = Array.isArray(parent) ? parent.keys() : Object.keys(parent).filter(enters);
    for (const segment of segments) {
      const field = holder.at(segment);
      const key = typeof segment === "string" ? segment : nearestKey;
      const value = valueOf(field, parent, segment);
      if (isUnknown(value) || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        visit({ field, holder, segment, key, value });
      } else if (typeof value === "object" && value !== null) {
        descend(field, key, value);
      }
    }
  };
  const value = root.read();
  if (typeof value === "object" && !isUnknown(value)) {
    descend(root, "", value as object);
  }
}

function valueOf(field: Field, parent: object, segment: string | number): unknown {
  try {
    return (parent as Record<string | number, unknown>)[segment];
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return field.read(); // an Unknown, which says what is not known
    }
    throw error;
  }
}
