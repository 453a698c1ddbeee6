import { styleText } from "node:util";
import { placeOf, summaryOf, type AuditResult, type Finding } from "../finding";

const colours = { mandatory: "red", advisory: "yellow", undecided: "cyan" } as const;

/** For people: each finding with its place, rule and way out. In colour on a terminal that has it. */
export function asText(result: AuditResult): string {
  const paragraphs = result.findings.map((finding) => {
    // Where colour is not wanted (no terminal, NO_COLOR), styleText leaves the text as it is.
    const label = styleText(colours[finding.verdict], finding.verdict, { stream: process.stdout });
    return `${paragraph(finding, label)}\n  ${finding.rule.url}\n`;
  });
  return [...paragraphs, ...result.remarks.map((remark) => `${remark}\n`), summaryOf(result)]
    .map((part) => `${part}\n`)
    .join("");
}

/** What is said of one finding. */
export function paragraph(finding: Finding, label: string): string {
  const { rule, message } = finding;
  return `${placeOf(finding)}: ${label} ${rule.name} (${rule.severity})\n  ${message.replaceAll("\n", "\n  ")}`;
}
