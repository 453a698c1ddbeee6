import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withEnvironment } from "../helpers/environment";
import { audit } from "../../policies/audit/audit";
import { formats } from "../../policies/audit/formats";
import type { AuditResult } from "../../policies/audit/finding";
import { isState } from "../../policies/audit/state";
import { buildPack, EngineFixture, pack, type PolicyEvent } from "./engine";

describe("audit of a stack's state", function () {
  this.timeout(240_000);

  /** What is wrong with the stack that is deployed: for rules on single resources and for rules on the stack. */
  const defects = ["sampling", "units", "provider", "second-telemetry", "sidecar", "member", "control-plane"];

  let fixture: EngineFixture;
  /** What the engine reported during the update, as advice so that the update could end. */
  let inUpdate: readonly PolicyEvent[];
  let state: string;

  before(async () => {
    await buildPack();
    fixture = await EngineFixture.create();
    await fixture.succeed("config", "set", "defects", defects.join(","));
    const config = fixture.packConfig({ all: "advisory" });
    inUpdate = await fixture.policyEvents("up", "--yes", "--skip-preview", ...options(config));
    state = join(fixture.folder, "state.json");
    writeFileSync(state, (await fixture.succeed("stack", "export")).stdout);
  });

  after(() => fixture?.remove());

  const options = (config: string) => ["--policy-pack", pack, "--policy-pack-config", config];

  /** Audits the state; without a passphrase its secrets cannot be decrypted. */
  const auditWith = (passphrase: string | undefined, config?: object): Promise<AuditResult> => {
    const { PULUMI_HOME } = fixture.env;
    return withEnvironment({ PULUMI_HOME, PULUMI_CONFIG_PASSPHRASE: passphrase }, () =>
      audit({ paths: [state], format: "text", ...(config && { config: fixture.packConfig(config) }) }),
    );
  };

  const asEvents = ({ findings }: AuditResult) =>
    findings.map(({ rule, urn, verdict, message }) => [rule.name, urn, verdict, message].join(" ")).sort();

  /** The engine's reports in the audit's form. */
  const asFindings = (events: readonly PolicyEvent[]) =>
    events
      .map(({ policyName, resourceUrn, enforcementLevel, message }) =>
        [policyName, resourceUrn, enforcementLevel, message.split("\n")[1]?.trim()].join(" "),
      )
      .sort();

  it("gives the verdicts of the update that made it", async () => {
    assert.ok(inUpdate.length >= defects.length);
    const result = await auditWith("fixture", { all: "advisory" });
    assert.deepEqual(asEvents(result), asFindings(inUpdate));
    assert.deepEqual(result.remarks, []);
    assert.equal(result.objects, 10);
  });

  it("gives the verdicts of a preview with the same levels", async () => {
    const config = { "sidecar-in-mesh": "disabled", "sampling-within-limit": { limits: { staging: 25 } } };
    const inPreview = await fixture.policyEvents("preview", ...options(fixture.packConfig(config)));
    const result = await auditWith("fixture", config);
    assert.deepEqual(asEvents(result), asFindings(inPreview));
    assert.ok(result.findings.some(({ verdict }) => verdict === "mandatory"));
    assert.doesNotMatch(JSON.stringify(result.findings), /sidecar-in-mesh|above the limit/);
  });

  it("says that secrets could not be decrypted, and judges by the rest", async () => {
    const result = await auditWith(undefined);
    assert.equal(result.remarks.length, 1);
    assert.match(
      result.remarks[0]!,
      /^warning: could not decrypt secrets in .*state\.json; analyzing with .* redacted$/,
    );
    const undecided = result.findings.filter(({ verdict }) => verdict === "undecided");
    assert.deepEqual(
      undecided.map(({ rule }) => rule.name),
      ["no-published-credentials"],
    );
    assert.equal(result.findings.length - undecided.length, inUpdate.length);
    for (const format of Object.values(formats)) {
      assert.doesNotMatch(format(result), /canary|ciphertext/);
    }
  });

  it("says what pulumi cannot read", async () => {
    writeFileSync(state, JSON.stringify({ version: 99, deployment: { resources: [{ type: "x" }] } }));
    await assert.rejects(
      auditWith("fixture"),
      /^AuditError: pulumi policy analyze could not judge .*state\.json:\n.*error: /s,
    );
  });

  it("judges a state without resources as fine", async () => {
    writeFileSync(state, JSON.stringify({ version: 3, deployment: { manifest: {}, resources: [] } }));
    assert.deepEqual((await auditWith("fixture")).findings, []);
  });
});

describe("state or manifest", () => {
  const texts: readonly (readonly [boolean, string])[] = [
    [true, '{"version":3,"deployment":{}}'],
    [true, ' \n{"version":3,"deployment":{"resources":[]}}'],
    [true, '{"version":3,"deployment":null}'],
    [false, '{"version":3}'],
    [false, '{"version":"3","deployment":{}}'],
    [false, '{"apiVersion":"v1","kind":"List","items":[]}'],
    [false, "version: 3\ndeployment: {}\n"],
    [false, "{version: 3"],
    [false, ""],
  ];
  for (const [expected, text] of texts) {
    it(`takes ${JSON.stringify(text)} for ${expected ? "a state" : "something else"}`, () =>
      assert.equal(isState(text), expected));
  }
});
