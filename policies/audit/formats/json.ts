import { countOf, type AuditResult } from "../finding";

/** For programs: the findings with what their rules say of themselves, and the counts. */
export function asJson(result: AuditResult): string {
  const { findings, rules, objects, remarks } = result;
  const summary = {
    mandatory: countOf(result, "mandatory"),
    advisory: countOf(result, "advisory"),
    undecided: countOf(result, "undecided"),
    objects,
    rules: rules.length,
  };
  const listed = findings.map(({ rule, ...finding }) => ({
    rule: rule.name,
    group: rule.tags[0],
    severity: rule.severity,
    ...finding,
    url: rule.url,
  }));
  return `${JSON.stringify({ summary, findings: listed, remarks }, undefined, 2)}\n`;
}
