import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { audit } from "../../policies/audit/audit";
import type { Finding } from "../../policies/audit/finding";
import { rules } from "../../policies/rules";

const root = join(__dirname, "../..");
const tsx = pathToFileURL(require.resolve("tsx")).href;

/** Half of the requests traced, by a Telemetry in `istio-system`. */
const telemetry =
  "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: t, namespace: istio-system }\nspec:\n  tracing:\n    - randomSamplingPercentage: 50\n";
/** A namespace that no rule finds fault with. */
const namespace =
  "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }\n";
const message =
  "Telemetry istio-system/t: spec.tracing[0].randomSamplingPercentage is 50, that is 50 % of requests, above the limit " +
  'of 5 % for environment "prod". Set it to at most 5, or raise limits.prod of policy sampling-within-limit.';

/** What one rule found; other rules may find fault with the same objects. */
const of = (name: string, findings: readonly Finding[]) => findings.filter(({ rule }) => rule.name === name);

describe("audit of manifests", function () {
  this.timeout(300_000);

  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "policy-audit-"))));
  after(() => rmSync(folder, { recursive: true }));

  /** Writes files below the folder and returns their paths. */
  const write = (files: Record<string, string>) =>
    Object.entries(files).map(([name, text]) => {
      const file = join(folder, name);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, text);
      return file;
    });

  const run = (args: readonly string[], input = "") =>
    spawnSync(process.execPath, ["--import", tsx, join(root, "policies/audit/main.ts"), ...args], {
      cwd: folder,
      input,
      encoding: "utf8",
    });

  it("reads folders with all within, and judges what it finds together", async () => {
    write({
      "mesh/a.yaml": `${telemetry}---\n${namespace}`,
      "mesh/deep/b.yml": namespace,
      "mesh/deep/c.json": JSON.stringify({ apiVersion: "v1", kind: "Namespace" }),
      "mesh/values.yaml": "replicas: 3\n",
      "mesh/notes.txt": "kind: [",
      "mesh/.git/d.yaml": telemetry,
      "mesh/node_modules/e.yaml": telemetry,
    });
    const { findings, objects, remarks } = await audit({ paths: [join(folder, "mesh")], format: "text" });
    const file = join(folder, "mesh/a.yaml");
    assert.deepEqual(
      of("sampling-within-limit", findings).map(({ rule, ...finding }) => ({ rule: rule.name, ...finding })),
      [
        {
          rule: "sampling-within-limit",
          verdict: "mandatory",
          message,
          urn: `urn:pulumi:prod::manifests::kubernetes:telemetry.istio.io/v1:Telemetry::${file}#1`,
          file,
          line: 6,
        },
      ],
    );
    assert.equal(objects, 4);
    assert.deepEqual(remarks, [`${join(folder, "mesh/values.yaml")}: 1 without apiVersion and kind left out.`]);
  });

  it("goes by the environment and the configuration that are asked for", async () => {
    const paths = write({ "one.yaml": telemetry });
    const verdicts = async (request: object) =>
      of("sampling-within-limit", (await audit({ paths, format: "text", ...request })).findings).map(
        ({ verdict }) => verdict,
      );
    assert.deepEqual(await verdicts({ environment: "dev" }), []);
    assert.deepEqual(await verdicts({ environment: "staging" }), ["mandatory"]);
    const [advisory, disabled, raised] = write({
      "advisory.json": '{"all": "advisory"}',
      "disabled.json": '{"sampling-within-limit": "disabled"}',
      "raised.json": '{"sampling-within-limit": {"limits": {"prod": 50}}}',
    });
    assert.deepEqual(await verdicts({ config: advisory }), ["advisory"]);
    assert.deepEqual(await verdicts({ config: disabled }), []);
    assert.deepEqual(await verdicts({ config: raised }), []);
    const without = await audit({ paths, format: "text", config: disabled! });
    assert.equal(without.rules.length, rules.length - 1);
  });

  it("says what could not be decided, and of which object", async () => {
    const roll = "apiVersion: maistra.io/v1\nkind: ServiceMeshMemberRoll\nmetadata: { namespace: istio-system }\n";
    const paths = write({
      "roll.yaml": `${roll}spec: { memberSelectors: [{ matchLabels: { mesh: "1" } }] }\n---\n${telemetry.replace("istio-system", "shop").replace("50", "1")}`,
    });
    const { findings } = await audit({ paths, format: "text" });
    const own = of("telemetry-in-mesh", findings);
    assert.deepEqual(
      own.map(({ verdict, line }) => [verdict, line]),
      [["undecided", 6]],
    );
    assert.match(own[0]!.message, /^Not decided for Telemetry shop\/t: the labels of namespace shop are not known/);
  });

  it("refuses what it cannot read, all at once", async () => {
    const [bad, empty] = write({ "bad.yaml": "a: [", "empty.yaml": "# nothing\n" });
    const missing = join(folder, "missing.yaml");
    await assert.rejects(audit({ paths: [missing, bad!], format: "text" }), (error: Error) => {
      const [first, second, ...others] = error.message.split("\n");
      assert.match(first!, /missing\.yaml cannot be read: ENOENT/);
      assert.ok(second!.startsWith(`${bad}:1: `), second);
      assert.deepEqual(others, []);
      return true;
    });
    await assert.rejects(
      audit({ paths: [empty!], format: "text" }),
      /There are no Kubernetes objects in .*empty\.yaml\./,
    );
  });

  it("takes a stack's state for one, and judges it by itself", async () => {
    const [state, one] = write({ "state.json": '{"version": 3, "deployment": {}}', "one.yaml": telemetry });
    await assert.rejects(
      audit({ paths: [state!, one!], format: "text" }),
      /state\.json is a stack's state: judge it by/,
    );
    const inDev = { paths: [state!], format: "text", environment: "dev" } as const;
    await assert.rejects(audit(inDev), /state\.json is a stack's state, whose environment is the name of the stack/);
  });

  it("refuses a configuration that does not fit, or that there is not", async () => {
    const paths = write({ "one.yaml": namespace });
    const [wrong, broken] = write({ "wrong.json": '{"sampling": "advisory"}', "broken.json": "{" });
    const refused: readonly (readonly [string, RegExp])[] = [
      [
        wrong!,
        /^PackConfigError: The configuration of the policy pack is wrong:\n- sampling is no rule of the pack\. Rules with a like name: sampling-within-limit, .*\.$/,
      ],
      [broken!, /^AuditError: The configuration .*broken\.json cannot be read: /],
      ["strict", /^AuditError: The configuration strict cannot be read: ENOENT/],
    ];
    for (const [config, error] of refused) {
      await assert.rejects(audit({ paths, format: "text", config }), error);
    }
  });

  describe("as a command", () => {
    it("reads standard input, prints without colour where there is no terminal, and fails for violations", () => {
      const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: [{ apiVersion: "v1", kind: "Namespace" }] });
      const { status, stdout, stderr } = run(["-"], list);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /^0 mandatory violations, 0 advisory violations, 0 undecided; 1 object judged by/);
      const refused = run(["-"], telemetry);
      assert.equal(refused.status, 1);
      assert.match(refused.stdout, /^stdin:6: mandatory sampling-within-limit \(high\)\n/);
    });

    it("shows its help, and what was wrong with the call", () => {
      const help = run(["--help"]);
      assert.deepEqual([help.status, help.stderr], [0, ""]);
      assert.match(help.stdout, /^Usage: mesh-tracing-audit /);
      const wrong = run(["--format", "html", "--environment", "a b"]);
      assert.deepEqual([wrong.status, wrong.stdout], [2, ""]);
      assert.match(
        wrong.stderr,
        /^No path is given\.\nThere is no format "html"; .*sarif.*\n"a b" is no name of an environment.*\n\nUsage/,
      );
    });

    it("ends with 2 for what it cannot read, with no more than the reason", () => {
      const { status, stdout, stderr } = run(["missing.yaml"]);
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, /^missing\.yaml cannot be read: ENOENT[^\n]*\n$/);
    });
  });
});
