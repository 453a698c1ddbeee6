import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { readPreview } from "../../cli/previewEvents";
import { renderReport, verdict, type StackPreview } from "../../cli/previewReport";
import { root } from "../helpers/program";

/**
 * Output of `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json --policy-pack policies` (3.259.0) for the dev
 * stack on an embedded control plane where that stack was deployed. Left out: debug messages, kinds of events that are
 * not read, outputs of resources, and the inputs of those that stay the same.
 */
const recorded = (name: string) => readFileSync(path.join(root, "tests", "recorded", `${name}.ndjson`), "utf8");

const stackPreview = (name: string): StackPreview => ({
  ...readPreview(recorded(name)),
  stack: "dev",
  deployed: "HEAD^1",
});

describe("reading the engine's events of a preview", () => {
  it("finds what would change, with the inputs that differ, and not what stays the same", () => {
    const { succeeded, changes, violations, messages } = readPreview(recorded("previewWithChanges"));
    assert.deepEqual(
      changes.map(({ op, name }) => `${op} ${name}`),
      [
        "replace traffic-job",
        "replace verification-job",
        "update mesh-control-plane",
        "update telemetry-mesh-default",
        "update trace-store-tempo",
      ],
    );
    assert.deepEqual(changes[3]!.inputs, [
      { path: "spec.tracing[0].randomSamplingPercentage", before: 100, after: 50 },
    ]);
    assert.deepEqual({ succeeded, violations, messages }, { succeeded: true, violations: [], messages: [] });
  });

  it("finds what the policy pack refused, and the input that went away", () => {
    const { succeeded, changes, violations, messages } = readPreview(recorded("previewRefused"));
    assert.equal(succeeded, false);
    assert.deepEqual(changes[0]!.inputs, [{ path: "spec.members[1]", before: "bookinfo", after: undefined }]);
    assert.equal(violations.length, 6);
    assert.equal(violations[0]!.policy, "sidecar-in-mesh");
    assert.equal(violations[0]!.level, "mandatory");
    assert.equal(violations[0]!.resource, "bookinfo-details-v1");
    assert.match(violations[0]!.message, /add bookinfo to spec\.members/);
    assert.deepEqual(messages, [], "'preview failed' says nothing that the violations do not");
  });

  it("finds the program's own error", () => {
    const { succeeded, changes, messages } = readPreview(recorded("previewWithConfigError"));
    assert.equal(succeeded, false);
    assert.deepEqual(changes, []);
    assert.equal(messages.length, 1);
    assert.match(messages[0]!.text, /^The configuration of stack dev has 1 problem/);
  });

  it("does not take a preview that was cut off for one that succeeded", () => {
    const [first, second] = recorded("previewWithChanges").split("\n");
    assert.equal(readPreview(`${first}\n${second}\n`).succeeded, false);
    assert.equal(readPreview("").succeeded, false);
  });

  it("finds an input whose key has dots", () => {
    const metadata = {
      op: "update",
      urn: "urn:pulumi:dev::p::t::r",
      type: "t",
      old: { inputs: { metadata: { annotations: { "a.b/c": "1" } } } },
      new: { inputs: { metadata: { annotations: { "a.b/c": "2" } } } },
      detailedDiff: { 'metadata.annotations["a.b/c"]': { kind: "update" } },
    };
    const { changes } = readPreview(JSON.stringify({ resourcePreEvent: { metadata } }));
    assert.deepEqual(changes[0]!.inputs, [{ path: 'metadata.annotations["a.b/c"]', before: "1", after: "2" }]);
  });
});

describe("the report of all previews", () => {
  it("has a row for each stack on top and its details below", () => {
    const report = renderReport([
      stackPreview("previewWithChanges"),
      { ...stackPreview("previewRefused"), stack: "staging" },
      { ...stackPreview("previewWithConfigError"), stack: "prod" },
    ]);
    const [, , , , ...rows] = report.split("\n");
    assert.deepEqual(rows.slice(0, 3), [
      "| dev | ✅ |  | 3 | 2 |  |  |",
      "| staging | ❌ refused by 6 policy violations |  | 1 |  |  |  |",
      "| prod | ❌ failed |  |  |  |  |  |",
    ]);
    assert.match(report, /<details><summary><b>dev<\/b>: 2 to replace, 3 to update<\/summary>/);
    assert.match(
      report,
      /^! update kubernetes:telemetry.*\n {6}spec\.tracing\[0\]\.randomSamplingPercentage: 100 → 50$/m,
    );
    assert.match(report, /<details open><summary><b>staging<\/b>/, "what needs attention is open");
    assert.match(report, /<details open><summary><b>prod<\/b>: not previewed to its end<\/summary>/);
  });

  it("counts the policies that decide only in the update, each once", () => {
    const note = (policy: string, resource: string, message = `Not decided for Pod ${resource}: x is not known.`) => ({
      ...{ policy, level: "advisory", resource, message },
    });
    const [one, two] = [note("a", "x"), [note("a", "x"), note("a", "y"), note("b", "x")]];
    const words = (violations: StackPreview["violations"], changes: StackPreview["changes"] = []) =>
      verdict({ succeeded: true, changes, violations, messages: [] });
    assert.equal(words([one]), "✅ no changes, 1 policy decides in the update");
    const { changes } = stackPreview("previewWithChanges");
    assert.equal(
      words([...two, note("c", "x", "A Pod must have a name.")], changes),
      "✅, 2 policies decide in the update",
    );
    assert.match(
      words([...two, { ...note("c", "x", "A Pod must have a name."), level: "mandatory" }]),
      /^❌ refused by 1 /,
    );
  });

  it("says what was compared with", () => {
    const preview = stackPreview("previewWithChanges");
    assert.match(renderReport([preview]), /Compared with HEAD\^1, deployed on the control plane before\./);
    const bare = { ...preview, deployed: undefined };
    assert.match(renderReport([bare]), /Compared with a cluster where nothing is deployed\./);
    assert.match(
      renderReport([{ ...bare, notDeployed: "that revision has no stack dev" }]),
      /nothing is deployed: that revision has no stack dev\./,
    );
  });

  it("shows of long values what is around the first difference", () => {
    const [change] = stackPreview("previewWithChanges").changes;
    const long = { ...change!, inputs: [{ path: "x", before: `${"a".repeat(500)}1`, after: `${"a".repeat(500)}2` }] };
    const report = renderReport([{ ...stackPreview("previewWithChanges"), changes: [long] }]);
    assert.match(report, /^ {6}x: …a{20}1" → …a{20}2"$/m);
  });

  it("lets no text of a resource or a policy end its block or become HTML", () => {
    const [change] = stackPreview("previewWithChanges").changes;
    const hostile = { ...change!, inputs: [{ path: "x", before: "```\n</details>", after: "`" }] };
    const report = renderReport([
      {
        ...stackPreview("previewWithChanges"),
        changes: [hostile],
        violations: [{ policy: "p", level: "mandatory", resource: "r", message: "<img src=x>\n</details> [a](b)" }],
      },
    ]);
    assert.match(report, /^````diff$/m);
    assert.match(report, /^> \\<img src=x\\> {2}\n> \\<\/details\\> \\\[a\\\]\(b\)$/m);
  });

  it("fits into a comment, and says so where it had to be cut", () => {
    const preview = stackPreview("previewWithChanges");
    const changes = Array.from({ length: 2000 }, () => preview.changes[0]!);
    const report = renderReport([{ ...preview, changes }, preview]);
    assert.ok(report.length <= 65_000);
    assert.match(report, /The rest does not fit into a comment/);
  });
});
