import { styleText } from "node:util";
import { placeOf, summaryOf, type AuditResult, type Finding } from "../finding";

const colours = { mandatory: "red", advisory: "yellow", undecided: "cyan" } as const;

/** For people: each finding with its place, rule and way out. In colour on a terminal that has it. */
export function asText(result: AuditResult): string {
  return [...result.findings.map(paragraph), ...result.remarks.map((remark) => `${remark}\n`), summaryOf(result)]
    .map((part) => `${part}\n`)
    .join("");
}

function paragraph(finding: Finding): string {
  const { rule, verdict, message } = finding;
  // Where colour is not wanted (no terminal, NO_COLOR), styleText leaves the text as it is.
  const label = styleText(colours[verdict], verdict, { stream: process.stdout });
  const heading = `${placeOf(finding)}: ${label} ${rule.name} (${rule.severity})`;
  return [heading, `  ${message.replaceAll("\n", "\n  ")}`, `  ${rule.url}`, ""].join("\n");
}
