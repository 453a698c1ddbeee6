import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { JUnitCase } from "../../cli/junit";
import { junitXml } from "../../cli/junit";

const startedAt = new Date(Date.UTC(2025, 0, 15, 12));
const suite = (...cases: JUnitCase[]) => ({ name: "mesh-tracing.traces", startedAt, seconds: 1.5, cases });

describe("JUnit's XML", () => {
  it("has suites with counts, and a test for each outcome", () => {
    const xml = junitXml([
      suite(
        { name: "count", outcome: "passed", message: "2 of 2" },
        { name: "root", outcome: "failed", message: "1 not", details: ["abc: none"] },
        { name: "search", outcome: "skipped", message: "not asked" },
      ),
      { ...suite(), name: "mesh-tracing.chain", seconds: 0 },
    ]);
    assert.equal(
      xml,
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mesh-tracing" tests="3" failures="1" errors="0" skipped="1" time="1.500">
  <testsuite name="mesh-tracing.traces" tests="3" failures="1" errors="0" skipped="1" time="1.500" timestamp="2025-01-15T12:00:00">
    <testcase name="count" classname="mesh-tracing.traces" time="0.000">
      <system-out>2 of 2</system-out>
    </testcase>
    <testcase name="root" classname="mesh-tracing.traces" time="0.000">
      <failure message="1 not" type="failed">1 not
abc: none</failure>
    </testcase>
    <testcase name="search" classname="mesh-tracing.traces" time="0.000">
      <skipped message="not asked"/>
    </testcase>
  </testsuite>
  <testsuite name="mesh-tracing.chain" tests="0" failures="0" errors="0" skipped="0" time="0.000" timestamp="2025-01-15T12:00:00">
  </testsuite>
</testsuites>
`,
    );
  });

  it("keeps what is said from becoming markup, and out what XML cannot hold", () => {
    const hostile = '</failure><script>&"\n\u0000\u001b[31m\ud800';
    const xml = junitXml([suite({ name: hostile, outcome: "failed", message: hostile })]);
    assert.ok(!xml.includes("<script>"));
    assert.match(xml, /message="&#60;\/failure&#62;&#60;script&#62;&#38;&#34;&#10;\ufffd\ufffd\[31m\ufffd"/);
  });

  it("has no character that XML 1.0 forbids and no markup of others, whatever is said", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const xml = junitXml([suite({ name: text, outcome: "failed", message: text, details: [text] })]);
        assert.match(xml, /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        assert.equal(xml.match(/</g)?.length, xml.match(/>/g)?.length);
        assert.equal(xml.match(/</g)?.length, 9);
      }),
    );
  });
});
