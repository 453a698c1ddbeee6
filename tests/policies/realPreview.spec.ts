import assert from "node:assert/strict";
import { rules } from "../../policies/rules";
import { buildPack, EngineFixture, pack, type Result } from "./engine";

describe("policy pack in previews of the real engine", function () {
  this.timeout(120_000);

  let fixture: EngineFixture;

  /** Previews the fixture with these defects and, if given, this configuration of the pack. */
  async function preview(defects: readonly string[], config?: object): Promise<Result> {
    const args = ["preview", "--policy-pack", pack, "--suppress-progress"];
    if (config) {
      args.push("--policy-pack-config", fixture.packConfig(config));
    }
    return fixture.pulumi(...args, "--config", `defects=${defects.join(",")}`);
  }

  before(async () => {
    await buildPack();
    fixture = await EngineFixture.create();
  });

  after(() => fixture?.remove());

  /** Each rule's defect in the fixture, the resource that must be blamed, and what must be said. */
  const cases: readonly (readonly [rule: string, defect: string, resource: string, message: RegExp])[] = [
    ["sampling-within-limit", "sampling", "Telemetry: mesh-default", /randomSamplingPercentage is 25, .*limit of 10 %/],
    ["sampling-units-agree", "units", "ServiceMeshControlPlane: control-plane", /the same number in another unit/],
    ["telemetry-provider-declared", "provider", "Telemetry: mesh-default", /is "temp0".*\(declared: tempo\)/],
    [
      "single-mesh-wide-telemetry",
      "second-telemetry",
      "Telemetry: second",
      /beside Telemetry istio-system\/mesh-default/,
    ],
    ["sidecar-in-mesh", "sidecar", "Deployment: productpage", /no mesh of the stack has namespace shop.*add shop to/],
    ["telemetry-in-mesh", "telemetry", "Telemetry: stray", /no mesh of the stack has namespace shop/],
    ["members-exist", "member", "ServiceMeshMemberRoll: default", /spec\.members\[2\] is "bokinfo"/],
    ["control-plane-not-member", "control-plane", "ServiceMeshMemberRoll: default", /is "istio-system".*Remove it/],
    ["provider-service-in-mesh", "service", "ServiceMeshControlPlane: control-plane", /in namespace shop, which/],
  ];

  const finding = (level: string, rule: string, resource: string) =>
    new RegExp(
      `\\[${level}\\](?: \\[severity: \\w+\\])? +${rule} +\\(kubernetes:[^()]*${resource}\\)\n[^\n]*\n *(?<message>[^\n]*)`,
    );

  it("accepts a sound mesh", async () => {
    const { code, output } = await preview([]);
    assert.equal(code, 0, output);
    assert.match(output, /mesh-tracing@v0\.1\.0/);
    assert.doesNotMatch(output, /\[(mandatory|advisory)\]/);
  });

  it("has defects for rules that there are", () => {
    const names = rules.map(({ name }) => name);
    assert.deepEqual(
      cases.map(([rule]) => rule).filter((rule) => !names.includes(rule)),
      [],
    );
  });

  describe("of a mesh with every defect", () => {
    let result: Result;
    before(async () => {
      result = await preview(cases.map(([, defect]) => defect));
    });

    it("stops", () => assert.equal(result.code, 1, result.output));

    for (const [rule, , resource, message] of cases) {
      it(`names ${rule}, the resource and the fix`, () => {
        const found = finding("mandatory", rule, resource).exec(result.output);
        assert.ok(found, result.output);
        assert.match(found.groups?.["message"] ?? "", message);
      });
    }
  });

  it("passes with advice if all rules are made advisory, and takes the rules' own configuration", async () => {
    const defects = ["sampling", "member", "service", "sidecar"];
    const config = {
      all: "advisory",
      "sampling-within-limit": { limits: { staging: 25 } },
      "members-exist": { existing: ["bokinfo"] },
      "provider-service-in-mesh": "disabled",
    };
    const { code, output } = await preview(defects, config);
    assert.equal(code, 0, output);
    assert.match(output, finding("advisory", "sidecar-in-mesh", "Deployment: productpage"));
    assert.doesNotMatch(output, /\[mandatory\]|above the limit|members-exist|provider-service-in-mesh/);
  });

  it("decides in spite of unknown values, and says what it could not decide", async () => {
    const { code, output } = await preview(["unknown", "sampling"]);
    assert.equal(code, 1, output);
    assert.match(output, finding("mandatory", "sampling-within-limit", "Telemetry: mesh-default"));
    assert.match(
      output,
      /Not decided for Deployment bookinfo\/productpage: spec\.members\[1\] of ServiceMeshMemberRoll istio-system\/default is not known/,
    );
    assert.match(
      output,
      /Not decided for Telemetry istio-system\/mesh-default: spec\.tracing\[1\]\.randomSamplingPercentage/,
    );
    assert.doesNotMatch(output, /can't run policy/);
    const blocked = [...output.matchAll(/\[mandatory\](?: \[severity: \w+\])? +(\S+)/g)].map(([, rule]) => rule);
    assert.deepEqual(new Set(blocked), new Set(["sampling-within-limit"]));
  });

  it("refuses a secret outside a Secret, encrypted in the state or not, and does not show it", async () => {
    const { code, output } = await preview(["credentials"]);
    assert.equal(code, 1, output);
    const found = finding("mandatory", "no-plain-credentials", "Deployment: productpage").exec(output);
    assert.match(found?.groups?.["message"] ?? "", /env\[0\]\.value is \[secret\], the value of TOKEN in plain text/);
  });

  it("refuses a configuration that names rules or keys that do not exist", async () => {
    const { code, output } = await preview([], {
      all: { enforcementLevel: "advisory", limits: { staging: 25 } },
      "sampling-within-limit": { limit: 5 },
      "sampling-in-limit": "disabled",
    });
    assert.notEqual(code, 0);
    assert.match(output, /The configuration of the policy pack is wrong:/);
    assert.match(output, /all\.limits is not a known key/);
    assert.match(output, /sampling-within-limit\.limit is not a known key\. Keys of this rule: limits, otherLimit\./);
    assert.match(output, /sampling-in-limit is no rule of the pack\. Rules with a like name: .*sampling-within-limit/);
  });

  it("refuses a level that does not exist", async () => {
    const { code, output } = await preview([], { "sampling-within-limit": "advise" });
    assert.notEqual(code, 0);
    assert.match(output, /"sampling-within-limit": "advise" is not a valid enforcement level/);
  });

  /** What a state has as `spec.tracing` of the mesh-wide Telemetry. */
  function tracingIn(state: string): { ciphertext?: string; plaintext?: string } {
    const { resources } = (JSON.parse(state) as { deployment: { resources: { urn: string; inputs: object }[] } })
      .deployment;
    const telemetry = resources.find(({ urn }) => urn.endsWith("Telemetry::mesh-default"));
    return (telemetry?.inputs as { spec: { tracing: object } }).spec.tracing;
  }

  it("mends what is wrong at the level remediate, beside a secret and a value that no preview knows", async () => {
    assert.match((await preview(["misplaced"])).output, /\[mandatory\].*sampling-in-tracing-entry/);
    const config = { "sampling-in-tracing-entry": "remediate" };
    const { code, output } = await preview(["misplaced"], config);
    assert.equal(code, 0, output);
    assert.match(output, /\[remediate\] +sampling-in-tracing-entry +\(1 resource\)/);
    const args = ["--policy-pack", pack, "--policy-pack-config", fixture.packConfig(config), "--suppress-progress"];
    const up = await fixture.pulumi("up", "--yes", "--skip-preview", ...args, "--config", "defects=misplaced");
    assert.equal(up.code, 0, up.output);
    assert.doesNotMatch(up.output, /canary/, "a secret is in the output");
    // The list is secret as a whole, since the engine cannot tell a secret item from the others.
    const secret = tracingIn((await fixture.succeed("stack", "export")).stdout);
    assert.ok("ciphertext" in secret && !("plaintext" in secret), JSON.stringify(secret));
    const { plaintext } = tracingIn(await fixture.stateWithSecrets());
    const [entry] = JSON.parse(plaintext ?? "[]") as { randomSamplingPercentage?: number; providers?: object[] }[];
    assert.equal(entry?.randomSamplingPercentage, 10);
    assert.deepEqual(entry?.providers, [{ name: "tempo" }]);
  });

  it("refuses a configuration of the wrong shape with its key and what is allowed", async () => {
    const wrong = await preview([], { "sampling-within-limit": { limits: { staging: "10" }, otherLimit: 101 } });
    assert.notEqual(wrong.code, 0);
    assert.match(
      wrong.output,
      /sampling-within-limit: limits\.staging: Invalid type\. Expected: number, given: string/,
    );
    assert.match(wrong.output, /sampling-within-limit: otherLimit: Must be less than or equal to 100/);
  });
});
