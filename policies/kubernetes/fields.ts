import { UnknownValueError } from "@pulumi/policy";

/**
 * What the engine puts in place of a secret that it cannot decrypt, whatever type that had: see `pulumi policy analyze`.
 */
const redacted = "[secret]";

/** Stands for an answer that cannot be given yet. */
export class Unknown {
  /**
   * @param explain Says why, as a full clause: which field of which object is not known. Asked for only when it is
   * shown, for the name of the object may itself be what is not known.
   */
  constructor(private readonly explain: () => string) {}

  /** Why there is no answer. */
  get reason(): string {
    return this.explain();
  }
}

/** The answer to a question about the stack: yes, no, or not known yet. */
export type Decision = boolean | Unknown;

/** Whether a value or an answer is not known yet. */
export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

/** Yes if any answer is yes, else not known if any is not, else no. */
export function anyOf(decisions: readonly Decision[]): Decision {
  return decisions.includes(true) || (decisions.find(isUnknown) ?? false);
}

/** Something whose properties a Field reads; `toString` is how messages call it. */
export interface FieldOwner {
  readonly props: Record<string, unknown>;
  toString(): string;
}

/** A place that holds a string. */
export interface StringField {
  readonly field: Field;
  readonly value: string | Unknown;
}

/**
 * A place in an object's properties. Reading it never throws: in a preview some values are not known yet, and one of
 * them must not keep a rule from judging the others. Missing and null values read as undefined.
 */
export class Field {
  constructor(
    private readonly owner: FieldOwner,
    /** Keys and indices from the object's properties down to it. */
    readonly path: readonly (string | number)[],
  ) {}

  /** The place further down. */
  at(...path: readonly (string | number)[]): Field {
    return new Field(this.owner, [...this.path, ...path]);
  }

  /** The value, whatever its type; objects may hold unknown values still. */
  read(): unknown {
    let value: unknown = this.owner.props;
    for (const [depth, segment] of this.path.entries()) {
      if (typeof value !== "object" || value === null) {
        return undefined;
      }
      const unknown = (why: string) => {
        const place = new Field(this.owner, this.path.slice(0, depth + 1));
        return new Unknown(() => `${place.toString()} of ${this.owner.toString()} is ${why}`);
      };
      try {
        value = (value as Record<string | number, unknown>)[segment];
      } catch (error) {
        if (error instanceof UnknownValueError) {
          return unknown("not known before the update");
        }
        throw error;
      }
      if (value === redacted) {
        return unknown("a secret that cannot be decrypted here");
      }
    }
    return value ?? undefined;
  }

  /** The value if it is a string; any other type reads as undefined, for the API server refuses it anyway. */
  string(): string | Unknown | undefined {
    const value = this.read();
    return typeof value === "string" || isUnknown(value) ? value : undefined;
  }

  /** The value if it is a number; any other type reads as undefined. */
  number(): number | Unknown | undefined {
    const value = this.read();
    return typeof value === "number" || isUnknown(value) ? value : undefined;
  }

  /** The value if it is true or false; any other type reads as undefined. */
  boolean(): boolean | Unknown | undefined {
    const value = this.read();
    return typeof value === "boolean" || isUnknown(value) ? value : undefined;
  }

  /** The places of a list's items; none for anything but a list. */
  items(): readonly Field[] | Unknown {
    const value = this.read();
    if (isUnknown(value)) {
      return value;
    }
    return Array.isArray(value) ? Array.from({ length: value.length }, (_, index) => this.at(index)) : [];
  }

  /**
   * The items of a list as strings, each with its place; those that are no strings are left out. A list that is not
   * known as a whole counts as one item that is not known.
   *
   * @param path Where in each item the string is.
   */
  strings(...path: readonly (string | number)[]): readonly StringField[] {
    const items = this.items();
    if (isUnknown(items)) {
      return [{ field: this, value: items }];
    }
    return items.flatMap((item) => item.at(...path).asString());
  }

  /** This place with its value, if that is a string or not known. */
  asString(): readonly StringField[] {
    const value = this.string();
    return value === undefined ? [] : [{ field: this, value }];
  }

  /** The places of a map's values by key; none for anything but a map. */
  entries(): readonly (readonly [string, Field])[] | Unknown {
    const value = this.read();
    if (isUnknown(value)) {
      return value;
    }
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMap ? Object.keys(value).map((key) => [key, this.at(key)] as const) : [];
  }

  /** The path as users write it: `spec.tracing[0].providers`, `metadata.labels["sidecar.istio.io/inject"]`. */
  toString(): string {
    return this.path
      .map((segment) =>
        typeof segment === "number" ? `[${segment}]` : /^\w+$/.test(segment) ? `.${segment}` : `["${segment}"]`,
      )
      .join("")
      .replace(/^\./, "");
  }
}
