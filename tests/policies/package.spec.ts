import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../cluster/paths";
import { pack, run, type Result } from "./engine";

const root = join(__dirname, "../..");

/** A program of another project, in plain JavaScript: a Telemetry that traces 8 % of the requests, of a provider `tempo`. */
const program = `
const pulumi = require("@pulumi/pulumi");
class Provider extends pulumi.ProviderResource {
  constructor(name, args) { super("kubernetes", name, args, { version: "4.25.0" }); }
}
const provider = new Provider("rendered", { renderYamlToDirectory: "manifests" });
const object = (name, apiVersion, kind, spec) =>
  new pulumi.CustomResource(\`kubernetes:\${apiVersion}:\${kind}\`, name,
    { apiVersion, kind, metadata: { name, namespace: "istio-system" }, spec }, { provider });
const extensionProviders = [{ name: "tempo", zipkin: { service: "tempo.istio-system.svc.cluster.local", port: 9411 } }];
object("plane", "maistra.io/v2", "ServiceMeshControlPlane", { tracing: { sampling: 800 }, meshConfig: { extensionProviders } });
object("mesh", "telemetry.istio.io/v1alpha1", "Telemetry",
  { tracing: [{ providers: [{ name: "tempo" }], randomSamplingPercentage: 8 }] });
`;

describe("the pack as a package in another project", function () {
  this.timeout(300_000);

  let folder: string;
  let env: NodeJS.ProcessEnv;
  let installed: string;

  const succeed = async (command: string, ...args: string[]): Promise<Result> => {
    const result = await run(command, args, folder, env);
    assert.equal(result.code, 0, `${command} ${args.join(" ")}: ${result.output}`);
    return result;
  };

  /** Previews with the installed pack and one of its presets. */
  const preview = (preset: string) =>
    run(
      "pulumi",
      [
        ...["preview", "--non-interactive", "--suppress-progress", "--policy-pack", installed],
        ...["--policy-pack-config", join(installed, "presets", `${preset}.json`)],
      ],
      folder,
      env,
    );

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "policy-package-"));
    env = {
      ...process.env,
      // What `npm ci` of this project has fetched; anything else comes from the registry.
      npm_config_cache: process.env.npm_config_cache ?? join(cacheFolder, "npm"),
      npm_config_prefer_offline: "true",
      PULUMI_HOME: process.env.PULUMI_HOME ?? join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "fixture",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const packed = await run("npm", ["pack", "-w", "policies", "--pack-destination", folder], root, env);
    assert.equal(packed.code, 0, packed.output);
    const [tarball] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    await succeed("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", join(folder, tarball!));
    installed = join(folder, "node_modules/mesh-tracing-policies");
    writeFileSync(join(folder, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    writeFileSync(join(folder, "index.js"), program);
    mkdirSync(join(folder, "manifests"));
    await succeed("pulumi", "stack", "init", "review");
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("has what it needs at run time, built, and no TypeScript", () => {
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    for (const file of ["LICENSE", "README.md", "PulumiPolicy.yaml", "main.js", "bin/index.js", "presets/dev.json"]) {
      assert.ok(files.includes(file), file);
    }
    assert.deepEqual(
      files.filter((file) => file.endsWith(".ts") || file.includes("tsbuildinfo")),
      [],
    );
    assert.ok(!existsSync(join(folder, "node_modules/typescript")));
  });

  it("judges a preview, each preset in its way", async () => {
    for (const [preset, refuses] of [
      ["dev", false],
      ["staging", false],
      ["production", true],
      ["openshift", true],
    ] as const) {
      const { code, output } = await preview(preset);
      assert.equal(code !== 0, refuses, `${preset}: ${output}`);
      assert.match(output, /mesh-tracing@v\d/);
      assert.equal(/\[mandatory\].*sampling-within-limit/.test(output), refuses, output);
    }
  });

  it("brings the audit as a command", async () => {
    const manifest = join(folder, "telemetry.yaml");
    const spec = "spec: { tracing: [{ randomSamplingPercentage: 8 }] }";
    const metadata = "metadata: { name: mesh, namespace: istio-system }";
    writeFileSync(manifest, `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\n${metadata}\n${spec}\n`);
    const audit = (...args: string[]) =>
      run(join(folder, "node_modules/.bin/mesh-tracing-audit"), [...args, "telemetry.yaml"], folder, env);
    const refused = await audit("--config", "production", "--environment", "review");
    assert.equal(refused.code, 1, refused.output);
    assert.match(refused.output, /^telemetry\.yaml:4: mandatory sampling-within-limit/);
    const accepted = await audit("--config", "dev", "--environment", "review");
    assert.equal(accepted.code, 0, accepted.output);
  });
});

describe("the pack before it is built", function () {
  this.timeout(60_000);

  it("says how to build it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "policy-unbuilt-"));
    try {
      writeFileSync(join(folder, "main.js"), readFileSync(join(pack, "main.js")));
      const { code, output } = await run(process.execPath, ["main.js"], folder);
      assert.deepEqual(
        [code, output.split(":", 1)[0]],
        [32, "The policy pack is not built. Build it once, and after each change"],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
