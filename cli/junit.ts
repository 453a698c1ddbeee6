/** A test in JUnit's XML: something that held, did not hold, or was not looked at. */
export interface JUnitCase {
  /** What was tested. */
  readonly name: string;
  /** How it came out. */
  readonly outcome: "passed" | "failed" | "skipped";
  /** In one line, why it failed or was skipped; what was found where it passed. */
  readonly message: string;
  /** More about a failure, in lines. */
  readonly details?: readonly string[];
}

/** A group of tests. */
export interface JUnitSuite {
  /** Its name, dotted like a package; CI systems group by it. */
  readonly name: string;
  /** When it began. */
  readonly startedAt: Date;
  /** How long it took, in seconds. */
  readonly seconds: number;
  readonly cases: readonly JUnitCase[];
}

/**
 * Test results as JUnit's XML, in the form that Jenkins, GitLab, GitHub's reporters and Tekton read.
 * Source of the form: github.com/testmoapp/junitxml, and the schema of the Jenkins xUnit plugin (junit-10.xsd).
 */
export function junitXml(suites: readonly JUnitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = suites.reduce((sum, suite) => sum + suite.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "mesh-tracing", ...counts(all), time: seconds.toFixed(3) })}>`,
    ...suites.flatMap(suiteLines),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteLines({ name, startedAt, seconds, cases }: JUnitSuite): string[] {
  const timestamp = startedAt.toISOString().slice(0, 19);
  return [
    `  <testsuite${attributes({ name, ...counts(cases), time: seconds.toFixed(3), timestamp })}>`,
    ...cases.flatMap((each) => caseLines(each, name)),
    "  </testsuite>",
  ];
}

function caseLines({ name, outcome, message, details = [] }: JUnitCase, suite: string): string[] {
  const opening = `    <testcase${attributes({ name, classname: suite, time: "0.000" })}>`;
  const text = escape([message, ...details].join("\n"));
  const content = {
    passed: `<system-out>${text}</system-out>`,
    failed: `<failure${attributes({ message, type: "failed" })}>${text}</failure>`,
    skipped: `<skipped${attributes({ message })}/>`,
  }[outcome];
  return [opening, `      ${content}`, "    </testcase>"];
}

function counts(cases: readonly JUnitCase[]): Record<string, string> {
  const count = (wanted: JUnitCase["outcome"]) => String(cases.filter(({ outcome }) => outcome === wanted).length);
  return { tests: String(cases.length), failures: count("failed"), errors: "0", skipped: count("skipped") };
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value).replaceAll("\n", "&#10;")}"`)
    .join("");
}

/** Text as XML takes it; the characters that XML has no way to write become a replacement character. */
function escape(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
