import assert from "node:assert/strict";
import { join } from "node:path";
import { summaryOf, type AuditResult, type Finding } from "../../policies/audit/finding";
import { formats } from "../../policies/audit/formats";
import { packVersion } from "../../policies/audit/pack";
import { resourceRule, type Rule } from "../../policies/pack/rule";

const rule = (name: string, group: string, enforcementLevel: "mandatory" | "advisory"): Rule =>
  resourceRule(
    {
      ...{ name, displayName: `Title of ${name}`, description: `It must be "${name}".`, enforcementLevel },
      ...{ severity: "critical", tags: [group, "more"], remediationSteps: `Mend ${name}.`, url: `https://x/${name}` },
    },
    [],
    () => undefined,
  );

const [first, second, third] = [
  rule("first", "trace path", "mandatory"),
  rule("second", "trace path", "advisory"),
  rule("third", "security", "mandatory"),
];

const finding = (verdict: Finding["verdict"], changes: Partial<Finding> = {}): Finding => ({
  ...{ rule: first, verdict, message: `Pod a: <${verdict}>`, urn: "urn:a", file: "dir/a b.yaml", line: 7 },
  ...changes,
});

const inState: Finding = { rule: second, verdict: "advisory", message: "Pod b: x\ny", urn: "urn:b", file: "s.json" };

const result: AuditResult = {
  findings: [finding("mandatory"), finding("undecided", { line: 9 }), inState],
  rules: [first, second, third],
  objects: 2,
  remarks: ["v.yaml: 1 left out.", "another"],
};
const nothing: AuditResult = { findings: [], rules: [first], objects: 1, remarks: [] };

describe("forms of the audit", () => {
  it("counts in words", () => {
    const one = "1 mandatory violation, 1 advisory violation, 1 undecided; 2 objects judged by 3 rules.";
    assert.equal(summaryOf(result), one);
    const none = "0 mandatory violations, 0 advisory violations, 0 undecided; 1 object judged by 1 rule.";
    assert.equal(summaryOf(nothing), none);
  });

  it("writes text", () => {
    assert.equal(
      formats.text(result),
      [
        "dir/a b.yaml:7: mandatory first (critical)",
        "  Pod a: <mandatory>",
        "  https://x/first",
        "",
        "dir/a b.yaml:9: undecided first (critical)",
        "  Pod a: <undecided>",
        "  https://x/first",
        "",
        "s.json: urn:b: advisory second (critical)",
        "  Pod b: x",
        "  y",
        "  https://x/second",
        "",
        "v.yaml: 1 left out.",
        "",
        "another",
        "",
        summaryOf(result),
        "",
      ].join("\n"),
    );
    assert.equal(formats.text(nothing), `${summaryOf(nothing)}\n`);
  });

  it("writes JSON", () => {
    const { summary, findings, remarks } = JSON.parse(formats.json(result)) as Record<string, unknown>;
    assert.deepEqual(summary, { mandatory: 1, advisory: 1, undecided: 1, objects: 2, rules: 3 });
    assert.deepEqual(remarks, result.remarks);
    const rest = { group: "trace path", severity: "critical" };
    assert.deepEqual(findings, [
      {
        ...{ rule: "first", ...rest, verdict: "mandatory", message: "Pod a: <mandatory>", urn: "urn:a" },
        ...{ file: "dir/a b.yaml", line: 7, url: "https://x/first" },
      },
      {
        ...{ rule: "first", ...rest, verdict: "undecided", message: "Pod a: <undecided>", urn: "urn:a" },
        ...{ file: "dir/a b.yaml", line: 9, url: "https://x/first" },
      },
      {
        ...{ rule: "second", ...rest, verdict: "advisory", message: "Pod b: x\ny", urn: "urn:b" },
        ...{ file: "s.json", url: "https://x/second" },
      },
    ]);
    assert.match(formats.json(result), /^\{\n {2}"summary"[^]*\}\n$/);
  });

  it("writes SARIF", () => {
    const descriptor = (name: string, group: string, level: string) => ({
      id: name,
      name: `Title of ${name}`,
      shortDescription: { text: `Title of ${name}` },
      fullDescription: { text: `It must be "${name}".` },
      help: { text: `Mend ${name}.` },
      helpUri: `https://x/${name}`,
      defaultConfiguration: { level },
      properties: { tags: [group, "more"], "security-severity": "9.5" },
    });
    const place = (uri: string, startLine?: number) => ({
      artifactLocation: { uri },
      ...(startLine && { region: { startLine } }),
    });
    const found = (id: string, level: string, text: string, urn: string, physicalLocation: object) => ({
      ...{ ruleId: id, ruleIndex: ["first", "second"].indexOf(id), level, message: { text } },
      locations: [{ physicalLocation, logicalLocations: [{ fullyQualifiedName: urn }] }],
    });
    const notification = (text: string) => ({ level: "note", message: { text } });
    assert.deepEqual(JSON.parse(formats.sarif(result)), {
      $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: {
            driver: {
              name: "mesh-tracing-audit",
              version: packVersion(),
              rules: [
                descriptor("first", "trace path", "error"),
                descriptor("second", "trace path", "warning"),
                descriptor("third", "security", "error"),
              ],
            },
          },
          invocations: [{ executionSuccessful: true, toolExecutionNotifications: result.remarks.map(notification) }],
          results: [
            found("first", "error", "Pod a: <mandatory>", "urn:a", place("dir/a%20b.yaml", 7)),
            found("first", "note", "Pod a: <undecided>", "urn:a", place("dir/a%20b.yaml", 9)),
            found("second", "warning", "Pod b: x\ny", "urn:b", place("s.json")),
          ],
        },
      ],
    });
  });

  it("writes SARIF with URIs for paths of other kinds", () => {
    const uri = (file: string) => {
      const log = formats.sarif({ ...result, findings: [finding("mandatory", { file })] });
      return /"uri": "(.*)"/.exec(log)?.[1];
    };
    assert.equal(uri("/etc/a.yaml"), "file:///etc/a.yaml");
    assert.equal(uri("dir\\a.yaml"), "dir/a.yaml");
    assert.equal(uri(join("..", "ä.yaml")), "../%C3%A4.yaml");
  });

  it("writes JUnit's XML", () => {
    assert.equal(
      formats.junit(result),
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<testsuites>",
        '  <testsuite name="trace path" tests="2" failures="1">',
        '    <testcase name="first" classname="mesh-tracing.trace-path">',
        '      <failure message="It must be &#34;first&#34;.">dir/a b.yaml:7: mandatory: Pod a: &#60;mandatory&#62;</failure>',
        "      <system-out>dir/a b.yaml:9: undecided: Pod a: &#60;undecided&#62;</system-out>",
        "    </testcase>",
        '    <testcase name="second" classname="mesh-tracing.trace-path">',
        "      <system-out>s.json: urn:b: advisory: Pod b: x",
        "y</system-out>",
        "    </testcase>",
        "  </testsuite>",
        '  <testsuite name="security" tests="1" failures="0">',
        '    <testcase name="third" classname="mesh-tracing.security"/>',
        "  </testsuite>",
        "</testsuites>",
        "",
      ].join("\n"),
    );
  });

  it("puts several findings of a rule into one failure, without what XML cannot have", () => {
    const findings = [finding("mandatory"), finding("mandatory", { message: "a\u0000b & c" })];
    const xml = formats.junit({ ...result, findings });
    assert.match(
      xml,
      /<failure [^>]*>dir\/a b\.yaml:7: mandatory: Pod a: &#60;mandatory&#62;\ndir\/a b\.yaml:7: mandatory: a\ufffdb &#38; c<\/failure>\n {4}<\/testcase>/,
    );
    assert.match(xml, /tests="2" failures="1"/);
  });
});
