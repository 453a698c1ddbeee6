import assert from "node:assert/strict";
import { buildPack, EngineFixture, pack } from "./engine";

/**
 * Rules on what only the update will tell: a rate and the name of a member, both made from a random text. One rule judges
 * single resources, the others the stack as a whole.
 */
const undecided = [
  "control-plane-not-member",
  "members-exist",
  "sampling-units-agree",
  "sampling-within-limit",
  "sidecar-in-mesh",
];
/** Those of them that the stack violates, as the update tells. */
const violated = undecided.filter((rule) => rule !== "control-plane-not-member");

describe("rules that wait for the update", function () {
  this.timeout(240_000);

  let fixture: EngineFixture;
  before(async () => {
    await buildPack();
    fixture = await EngineFixture.create();
    await fixture.succeed("config", "set", "defects", "unknown");
  });
  after(() => fixture?.remove());

  const options = ["--policy-pack", pack, "--suppress-progress"];

  it("say so in the summary of the preview, which passes", async () => {
    const { output } = await fixture.succeed("preview", ...options);
    const summary = /^Policies:\n(?<lines>(?: +.*\n)+)/m.exec(output)?.groups?.["lines"] ?? "";
    assert.match(summary, /^ +⚠️ mesh-tracing@v/);
    const noted = [
      ...summary.matchAll(/\[advisory\] \[severity: \w+\] +(\S+) .*\n +Not decided for \w+ [^:]+: .* before the/g),
    ];
    const rules = noted.map(([, rule]) => rule);
    for (const rule of undecided) {
      assert.ok(rules.includes(rule), `${rule}: ${summary}`);
    }
    assert.doesNotMatch(summary, /\[mandatory\]/);
  });

  it("decide in the update", async () => {
    // As advice, or the resource would not be registered and the rules on the stack not be asked.
    const config = fixture.packConfig({ "sampling-within-limit": "advisory" });
    const events = await fixture.policyEvents(
      "up",
      "--yes",
      "--skip-preview",
      ...options,
      "--policy-pack-config",
      config,
    );
    for (const rule of violated) {
      const level = rule === "sampling-within-limit" ? "advisory" : "mandatory";
      assert.ok(
        events.some(({ policyName, enforcementLevel }) => policyName === rule && enforcementLevel === level),
        rule,
      );
    }
    for (const { message } of events) {
      assert.doesNotMatch(message, /Not decided/);
    }
  });

  it("refuse the resource itself where it alone decides", async () => {
    const { code, output } = await fixture.pulumi("up", "--yes", "--skip-preview", ...options);
    assert.notEqual(code, 0);
    assert.match(output, /\[mandatory\] \[severity: high\] +sampling-within-limit .*Telemetry: mesh-default/);
    assert.doesNotMatch(output, /Not decided for Telemetry/);
  });
});
