import { UnknownValueError } from "@pulumi/policy";
import type { Field, Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";

/** A field that breaks a rule. */
export interface Violation {
  readonly object: KubernetesObject;
  readonly field: Field;
  /** What the message shows as the field's value, if not the whole value. Of a map it shows only that it is set. */
  readonly value?: unknown;
  /** What is wrong with the value, as the rest of a sentence. */
  readonly problem: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
  /** Whether the field holds, or may hold, a credential: then its value is not shown. */
  readonly secret?: boolean;
}

/** A violation, before it is known of which object. */
export type Defect = Omit<Violation, "object">;

/** Takes what a rule finds. */
export interface Findings {
  violation(violation: Violation): void;
  /** An object that a preview cannot judge yet, because of a value that only the update will tell. */
  undecided(object: KubernetesObject, because: Unknown): void;
}

/**
 * Takes a message, as Pulumi's ReportViolation does. The engine has no use for the field; the audit finds the line of a
 * manifest by it.
 */
export type Report = (message: string, urn?: string, field?: Field) => void;

/** How many objects a note on an unknown value names. */
const shownObjects = 3;

/** Puts what a rule finds into words, and hands them to Pulumi. */
export class Reporter implements Findings {
  private readonly undecidedBy = new Map<string, KubernetesObject[]>();

  constructor(private readonly report: Report) {}

  violation({ object, field, value, problem, fix, secret = false }: Violation): void {
    const shown = value !== undefined && !secret ? textOf(value) : summaryOf(field.read(), secret);
    this.report(`${object.toString()}: ${field.toString()} is ${shown}, ${problem}. ${fix}`, object.urn, field);
  }

  undecided(object: KubernetesObject, because: Unknown): void {
    const waiting = this.undecidedBy.get(because.reason) ?? [];
    this.undecidedBy.set(because.reason, waiting.includes(object) ? waiting : [...waiting, object]);
  }

  /** One note for each unknown value, however many objects wait for it. */
  reportUndecided(): void {
    for (const [reason, objects] of this.undecidedBy) {
      const names = objects.slice(0, shownObjects).map((object) => object.toString());
      const more = objects.length - names.length;
      const message = `Not decided for ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}: ${reason}.`;
      // The SDK takes an object that overrides the rule's level, but its types do not say so. Never more than advice:
      // what is not known is no violation.
      const advice = { message, urn: objects[0]?.urn, enforcementLevel: "advisory" };
      this.report(advice as unknown as string);
    }
  }
}

/** A value in short: of a map only that it is set, for what is in it may be secret. */
function summaryOf(value: unknown, secret: boolean): string {
  if (value === undefined) {
    return "not set";
  }
  const isMap = typeof value === "object" && !Array.isArray(value);
  return secret ? "[secret]" : isMap ? "set" : textOf(value);
}

/** A value as JSON; a part of it that only the update tells must not keep the message from being shown. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return "known in part only";
    }
    throw error;
  }
}
