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

  it("is as Pulumi.yaml says: TypeScript without its compiler, and nothing that only dynamic providers need", () => {
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
      const seen = { sdk: loaded("@pulumi/pulumi/"), compiler: loaded("typescript/"), resolver: loaded("@npmcli/arborist/") };
      const { Arborist } = sdk("@npmcli/arborist");
      const used = [new Arborist({ path: "." }).constructor.name, sdk("typescript").version.split(".").length];
      console.log(JSON.stringify({ ...seen, used, sourceMaps: process.sourceMapsEnabled }));`;
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
        used: ["Arborist", 3],
        sourceMaps: false,
      });
      assert.notEqual(readdirSync(cache).length, 0);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});
