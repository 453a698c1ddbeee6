import type { Rule } from "../../pack/rule";
import { placeOf, type AuditResult, type Finding } from "../finding";

/** JUnit's XML, for CI systems: a group of rules is a suite, a rule a test that mandatory violations fail. */
export function asJUnit({ findings, rules }: AuditResult): string {
  const suites = [...new Set(rules.map((rule) => rule.tags[0]!))].map((group) => {
    const cases = rules
      .filter((rule) => rule.tags[0] === group)
      .map((rule) => ({ rule, own: findings.filter((finding) => finding.rule === rule) }));
    const failures = cases.filter(({ own }) => mandatory(own).length > 0).length;
    return [
      `  <testsuite name="${escape(group)}" tests="${cases.length}" failures="${failures}">`,
      ...cases.map(({ rule, own }) => testCase(rule, own)),
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join("\n");
}

function testCase(rule: Rule, findings: readonly Finding[]): string {
  const failed = mandatory(findings);
  // JUnit knows no warnings: what does not fail is told as the test's output.
  const others = findings.filter(({ verdict }) => verdict !== "mandatory");
  const parts = [
    ...(failed.length > 0
      ? [`<failure message="${escape(rule.description)}">${escape(failed.map(told).join("\n"))}</failure>`]
      : []),
    ...(others.length > 0 ? [`<system-out>${escape(others.map(told).join("\n"))}</system-out>`] : []),
  ];
  const attributes = `name="${escape(rule.name)}" classname="mesh-tracing.${escape(rule.tags[0]!.replaceAll(" ", "-"))}"`;
  return parts.length === 0
    ? `    <testcase ${attributes}/>`
    : [`    <testcase ${attributes}>`, ...parts.map((part) => `      ${part}`), "    </testcase>"].join("\n");
}

function mandatory(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict === "mandatory");
}

function told(finding: Finding): string {
  return `${placeOf(finding)}: ${finding.verdict}: ${finding.message}`;
}

/** Text as XML has it, without the characters that XML cannot have at all. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}
