import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { root } from "../helpers/program";

interface Project {
  readonly runtime: { readonly options: { readonly nodeargs: string; readonly typescript: boolean } };
}

describe("start-up of the program", function () {
  this.timeout(30_000);

  it("is as Pulumi.yaml says: TypeScript without its compiler, and nothing that only other programs need", () => {
    const { options } = (parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as Project).runtime;
    assert.equal(options.typescript, false);
    const cache = mkdtempSync(path.join(tmpdir(), "compile-cache-"));
    const script = `
      require("./index.ts");
      const Module = require("node:module");
      // What is put off has an entry as well, but not a module's.
      const loaded = (what) =>
        Object.values(require.cache).some((entry) => entry instanceof Module && entry.id.includes("/node_modules/" + what));
      const sdk = Module.createRequire(require.resolve("@pulumi/pulumi"));
      const seen = {
        sdk: loaded("@pulumi/pulumi/"),
        compiler: loaded("typescript/"),
        resolver: loaded("@npmcli/arborist/"),
        automation: loaded("@pulumi/pulumi/automation/"),
        charts: loaded("@pulumi/kubernetes/yaml/"),
      };
      const { Arborist } = sdk("@npmcli/arborist");
      const used = [
        new Arborist({ path: "." }).constructor.name,
        sdk("typescript").version.split(".").length,
        typeof sdk("@pulumi/pulumi").automation.LocalWorkspace.create,
        typeof require("@pulumi/kubernetes").yaml.ConfigFile,
      ];
      const hooks = sdk("./runtime/closure/v8Hooks");
      hooks.isInitializedAsync().then(async () => {
        const debugged = loaded("@pulumi/pulumi/runtime/closure/v8Hooks.js");
        used.push((await hooks.getSessionAsync()).constructor.name);
        console.log(JSON.stringify({ ...seen, debugged, used, sourceMaps: process.sourceMapsEnabled }));
      });`;
    try {
      const { stdout, stderr } = spawnSync(process.execPath, [...options.nodeargs.split(" "), "-e", script], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: cache },
      });
      assert.deepEqual(JSON.parse(stdout || stderr), {
        sdk: true,
        compiler: false,
        resolver: false,
        automation: false,
        charts: false,
        debugged: false,
        used: ["Arborist", 3, "function", "function", "Session"],
        sourceMaps: false,
      });
      assert.notEqual(readdirSync(cache).length, 0);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });

  it("loads the SDK's own tracer where the engine asks for it, and only there", () => {
    const { nodeargs } = (parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as Project).runtime.options;
    const tracer = (args: readonly string[], variables: NodeJS.ProcessEnv) => {
      const script = `console.log(typeof require("@opentelemetry/sdk-trace-node").NodeTracerProvider)`;
      const { stdout, stderr } = spawnSync(process.execPath, [...nodeargs.split(" "), "-e", script, "--", ...args], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NODE_OPTIONS: "", TRACEPARENT: undefined, ...variables },
      });
      return (stdout || stderr).trim();
    };
    assert.equal(tracer(["--project", "mesh-tracing"], {}), "undefined");
    assert.equal(tracer(["--tracing", "http://127.0.0.1:9411"], {}), "function");
    assert.equal(tracer([], { TRACEPARENT: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }), "function");
  });
});
