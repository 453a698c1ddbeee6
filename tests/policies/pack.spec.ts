import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { folderOf, groups, rules } from "../../policies/rules";
import { nameProblems } from "../../policies/pack/packConfig";
import { exampleOf } from "./examples";
import { judge, mend, resource, soundStack } from "./helper";

/** The rules that judge a stack also if it declares no part of a mesh. */
const withoutMesh = new Set<string>([
  "api-versions-served",
  "api-versions-current",
  "served-pods-probed",
  "traced-pods-labelled",
  "scaled-replicas-unset",
  "tempo-name-unique",
  "tempo-without-warnings",
  "storage-secret-form",
  "retention-within-lifecycle",
  "kiali-store-exists",
  "kiali-tracing-protocol",
  "kiali-settings-take-effect",
  "gateways-tls",
  "no-wide-bindings",
  "no-wide-roles",
  "openshift-assigned-ids",
  "storage-tls",
  "tenants-not-for-everyone",
  "store-network-policy",
]);

/** The rules that ask for something that every object of a kind has to have. */
const asksOfAll = new Set<string>([
  "default-namespace-unused",
  "ownership-labels",
  "receivers-tls",
  "store-network-policy",
]);

/** Objects of the trace path, which the sound stack does without. */
const tracePath = [
  ...["TempoStack", "TempoMonolithic"].map((kind) => `tempo.grafana.com/v1alpha1:${kind}`),
  ...["DestinationRule", "Sidecar"].map((kind) => `networking.istio.io/v1beta1:${kind}`),
  "kiali.io/v1alpha1:Kiali",
  "opentelemetry.io/v1beta1:OpenTelemetryCollector",
  "core/v1:Service",
  "core/v1:Secret",
].map((token) => resource(token, { metadata: { name: "x", namespace: "x" } }));

describe("policy pack", () => {
  it("lists every rule there is, each under the name of its file", () => {
    for (const [group, listed] of Object.entries(groups)) {
      const folder = join(__dirname, "../../policies/rules", folderOf(group));
      const files = readdirSync(folder).filter((file) => file !== "index.ts");
      assert.deepEqual(listed.map(({ name }) => fileOf(name)).sort(), files.sort());
    }
  });

  for (const rule of rules) {
    describe(rule.name, () => {
      it("enforces, and tells what Pulumi shows of it", () => {
        assert.ok(["mandatory", "advisory"].includes(rule.enforcementLevel));
        assert.match(rule.displayName ?? "", /^[A-Z]/);
        assert.match(rule.description, /^[A-Z].* must .*\.$/);
        assert.match(rule.remediationSteps ?? "", /^[A-Z].*\.$/);
        assert.ok(["low", "medium", "high", "critical"].includes(rule.severity));
        assert.ok(rule.tags[0]! in groups, "the first tag is the group");
        assert.match(rule.url, /^https:\/\//);
      });

      it("accepts the reference's stack", async () => {
        const { violations, notes } = await judge(rule, soundStack());
        assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
      });

      it("accepts objects that hold nothing, or things of the wrong type", async () => {
        const odd = [...soundStack(), ...tracePath].flatMap(({ type }) => [
          { type, urn: `urn:pulumi:dev::mesh-tracing::${type}::empty`, props: {} },
          { type, urn: `urn:pulumi:dev::mesh-tracing::${type}::null`, props: { metadata: null, spec: null } },
          {
            type,
            urn: `urn:pulumi:dev::mesh-tracing::${type}::odd`,
            props: { metadata: "x", spec: { tracing: 1, members: {} } },
          },
        ]);
        const { violations } = await judge(rule, odd);
        assert.deepEqual(asksOfAll.has(rule.name) ? [] : violations, []);
      });

      it("has nothing to say about a stack without a mesh", async () => {
        const others = [
          resource("core/v1:ConfigMap", { metadata: { namespace: "x" }, data: {} }),
          { type: "random:index:X", urn: "", props: {} },
        ];
        const { violations, notes, notApplicable } = await judge(rule, others);
        assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
        assert.equal(notApplicable === 0, withoutMesh.has(rule.name));
      });

      it("refuses a key that its configuration does not have", () => {
        const [problem] = nameProblems(rules, { [rule.name]: { "no-such-key": 5 } });
        assert.match(
          problem ?? "",
          new RegExp(`^${rule.name}\\.no-such-key is not a known key\\. Keys of this rule: `),
        );
      });

      if ("remediateResource" in rule) {
        it("mends its example so that it passes, and leaves alone what passes", async () => {
          let mended = 0;
          for (const object of exampleOf(rule)) {
            const result = await mend(rule, object);
            mended += result ? 1 : 0;
            assert.deepEqual((await judge(rule, [result ?? object])).violations, []);
            assert.equal(await mend(rule, result ?? object), undefined);
          }
          assert.ok(mended > 0, "nothing in the example was mended");
          for (const object of soundStack()) {
            assert.equal(await mend(rule, object), undefined);
          }
        });

        it("mends nothing that holds nothing, or things of the wrong type", async () => {
          for (const { type } of exampleOf(rule)) {
            for (const props of [
              {},
              { metadata: null, spec: null },
              { metadata: "x", spec: 1 },
              { spec: [], metadata: [] },
            ]) {
              const odd = { type, urn: `urn:pulumi:dev::mesh-tracing::${type}::odd`, props };
              const { violations } = await judge(rule, [(await mend(rule, odd)) ?? odd]);
              assert.deepEqual(violations, []);
            }
          }
        });
      }
    });
  }
});

/** `sampling-within-limit` stands in `samplingWithinLimit.ts`. */
function fileOf(name: string): string {
  return `${name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}.ts`;
}
