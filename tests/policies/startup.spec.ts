import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");

describe("start-up of the policy pack", function () {
  this.timeout(30_000);

  it("keeps compiled code, and puts off what only dynamic providers need without breaking it", () => {
    const cache = mkdtempSync(join(tmpdir(), "compile-cache-"));
    const script = `
      require("./policies/startup");
      require("@pulumi/policy");
      const loaded = () => Object.keys(require.cache).filter((id) => /arborist.lib.arborist/.test(id)).length > 0;
      const sdk = require("node:module").createRequire(require.resolve("@pulumi/pulumi"));
      const before = loaded();
      const { Arborist } = sdk("@npmcli/arborist");
      const name = new Arborist({ path: "." }).constructor.name;
      setImmediate(() => {
        console.log(JSON.stringify({ before, name, after: loaded(), same: sdk("@npmcli/arborist").Arborist === Arborist }));
        process.kill(process.pid, "SIGKILL"); // as the engine ends the pack: Node writes no cache on its own then
      });`;
    try {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", "--input-type=commonjs", "-e", script],
        {
          cwd: root,
          encoding: "utf8",
          env: { ...process.env, NODE_COMPILE_CACHE: cache },
        },
      );
      assert.deepEqual(JSON.parse(stdout || stderr), { before: false, name: "Arborist", after: true, same: true });
      assert.notEqual(readdirSync(cache).length, 0);
    } finally {
      rmSync(cache, { recursive: true });
    }
  });
});
