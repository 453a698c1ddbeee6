import type { Rule } from "../pack/rule";

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

/** How many findings there are of a verdict. */
export function countOf({ findings }: AuditResult, verdict: Finding["verdict"]): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

/** Where a finding is, as editors and terminals follow it: `mesh.yaml:12`; of a stack, the resource in it. */
export function placeOf({ file, line, urn }: Finding): string {
  return line === undefined ? `${file}: ${urn}` : `${file}:${line}`;
}

/** Words for the outcome: `1 mandatory violation, 2 advisory violations, 0 undecided; 12 objects judged by 9 rules.` */
export function summaryOf(result: AuditResult): string {
  const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  return [
    `${counted(countOf(result, "mandatory"), "mandatory violation")}, `,
    `${counted(countOf(result, "advisory"), "advisory violation")}, ${countOf(result, "undecided")} undecided; `,
    `${counted(result.objects, "object")} judged by ${counted(result.rules.length, "rule")}.`,
  ].join("");
}
