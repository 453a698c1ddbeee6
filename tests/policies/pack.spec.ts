import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policies/rules";
import { judge, resource, soundStack } from "./helper";

describe("policy pack", () => {
  it("lists every rule there is, under the names that users configure", () => {
    assert.deepEqual(
      rules.map((rule) => rule.name),
      [
        "sampling-within-limit",
        "sampling-units-agree",
        "telemetry-provider-declared",
        "single-mesh-wide-telemetry",
        "sidecar-in-mesh",
        "telemetry-in-mesh",
        "members-exist",
        "control-plane-not-member",
        "provider-service-in-mesh",
      ],
    );
    const files = readdirSync(join(__dirname, "../../policies/rules")).filter((file) => file !== "index.ts");
    assert.equal(files.length, rules.length);
  });

  for (const rule of rules) {
    describe(rule.name, () => {
      it("enforces, and tells what Pulumi shows of it", () => {
        assert.equal(rule.enforcementLevel, "mandatory");
        assert.match(rule.displayName ?? "", /^[A-Z]/);
        assert.match(rule.description, /^[A-Z].* must .*\.$/);
        assert.match(rule.remediationSteps ?? "", /^[A-Z].*\.$/);
        assert.ok(["medium", "high"].includes(rule.severity ?? ""));
        assert.equal(rule.tags?.length, 1);
        assert.ok(["sampling", "namespace membership"].includes(rule.tags[0] ?? ""));
      });

      it("accepts the reference's stack", async () => {
        const { violations, notes } = await judge(rule, soundStack());
        assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
      });

      it("accepts objects that hold nothing, or things of the wrong type", async () => {
        const odd = soundStack().flatMap(({ type }) => [
          { type, urn: `urn:pulumi:dev::mesh-tracing::${type}::empty`, props: {} },
          { type, urn: `urn:pulumi:dev::mesh-tracing::${type}::null`, props: { metadata: null, spec: null } },
          {
            type,
            urn: `urn:pulumi:dev::mesh-tracing::${type}::odd`,
            props: { metadata: "x", spec: { tracing: 1, members: {} } },
          },
        ]);
        const { violations } = await judge(rule, odd);
        assert.deepEqual(violations, []);
      });

      it("does not apply to a stack without a mesh", async () => {
        const others = [resource("core/v1:ConfigMap", { data: {} }), { type: "random:index:X", urn: "", props: {} }];
        const { violations, notes, notApplicable } = await judge(rule, others);
        assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
        assert.ok(notApplicable > 0);
      });

      it("refuses a key that its configuration does not have", async () => {
        const { violations } = await judge(rule, soundStack(), { limit: 5 });
        assert.match(
          violations[0]?.message ?? "",
          new RegExp(`configuration of ${rule.name} has an unknown key limit`),
        );
      });
    });
  }
});
