import type { Rule } from "../rule";

/** Something that the audit has to say, in whichever form it is printed. */
export interface Finding {
  readonly rule: Rule;
  /** `mandatory` and `advisory` are violations by the level in force; `undecided` could not be judged by what is there. */
  readonly verdict: "mandatory" | "advisory" | "undecided";
  /** What is wrong with which field of which object, and what to do about it. */
  readonly message: string;
  /** URN of the resource it is about, or of the stack. */
  readonly urn: string;
  /** The file it is in. */
  readonly file: string;
  /** The line of the field, from 1; a stack's state has none. */
  readonly line?: number;
}

/** All that an audit found. */
export interface AuditResult {
  readonly findings: readonly Finding[];
  /** The rules that judged: all but the disabled ones. */
  readonly rules: readonly Rule[];
  /** How many objects they judged. */
  readonly objects: number;
  /** What the reader should know about the audit itself, such as documents that were left out. */
  readonly remarks: readonly string[];
}

/** Words for the outcome: `1 mandatory violation, 2 advisory violations and 0 undecided in 12 objects by 9 rules`. */
export function summaryOf({ findings, rules, objects }: AuditResult): string {
  const count = (verdict: Finding["verdict"]) => findings.filter((finding) => finding.verdict === verdict).length;
  const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const violations = `${counted(count("mandatory"), "mandatory violation")}, ${counted(count("advisory"), "advisory violation")}`;
  return `${violations}, ${count("undecided")} undecided; ${counted(objects, "object")} judged by ${counted(rules.length, "rule")}.`;
}
