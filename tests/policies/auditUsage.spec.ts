import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configFile, packFolder, packVersion, presetNames } from "../../policies/audit/pack";
import { AuditError, readRequest, usage } from "../../policies/audit/usage";

/** The message without the usage below it. */
function refusal(...args: string[]): string {
  try {
    readRequest(args);
  } catch (error) {
    assert.ok(error instanceof AuditError);
    assert.ok(error.message.endsWith(`\n\n${usage}`));
    return error.message.slice(0, -usage.length - 2);
  }
  return "";
}

describe("command line of the audit", () => {
  it("takes paths and defaults", () => {
    assert.deepEqual(readRequest(["a", "-"]), { paths: ["a", "-"], format: "text" });
  });

  it("takes every option", () => {
    const args = ["--config", "production", "--environment", "eu-1.prod_x", "--format", "sarif", "--", "--odd"];
    const expected = { paths: ["--odd"], format: "sarif", config: "production", environment: "eu-1.prod_x" };
    assert.deepEqual(readRequest(args), expected);
  });

  it("asks for help by either name, whatever else is wrong", () => {
    assert.equal(readRequest(["--help"]), undefined);
    assert.equal(readRequest(["-h", "--format", "html"]), undefined);
  });

  it("tells all that is wrong", () => {
    assert.equal(refusal(), "No path is given.");
    assert.equal(refusal("a", "--format", "html"), 'There is no format "html"; there are text, json, sarif, junit.');
    assert.equal(
      refusal("a", "--format", "toString"),
      'There is no format "toString"; there are text, json, sarif, junit.',
    );
    const name = '"a::b" is no name of an environment: letters, digits, "-", "_" and "." only.';
    assert.equal(refusal("a", "--environment", "a::b"), name);
    assert.notEqual(refusal("a", "--environment", ""), "");
    assert.notEqual(refusal("a", "--environment", "a b"), "");
    assert.equal(refusal("--format", "x", "--environment", "/").split("\n").length, 3);
    assert.match(refusal("--fix", "a"), /^Unknown option '--fix'/);
  });

  it("names in its help all options, formats and presets", () => {
    for (const word of [
      "--config",
      "--environment",
      "--format",
      "--help",
      "text, json, sarif, junit",
      "(default: prod)",
    ]) {
      assert.ok(usage.includes(word), word);
    }
    assert.ok(usage.includes(`a preset (${presetNames().join(", ")})`));
  });
});

describe("folder of the pack", () => {
  it("is the one that the engine takes", () => {
    assert.equal(packFolder, join(__dirname, "../../policies"));
    const { version } = JSON.parse(readFileSync(join(packFolder, "package.json"), "utf8")) as { version: string };
    assert.equal(packVersion(), version);
  });

  it("has presets by name, and takes anything else for a path", () => {
    assert.deepEqual(presetNames(), ["dev", "openshift", "production", "staging"]);
    assert.ok(readdirSync(join(packFolder, "presets")).includes("definition.ts"));
    assert.equal(configFile("dev"), join(packFolder, "presets", "dev.json"));
    assert.equal(configFile("dev.json"), "dev.json");
    assert.equal(configFile("definition"), "definition");
  });
});
