import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { PodNetwork } from "../../dataplane/network";
import { Folder } from "../helpers/folder";
import { needsDataPlaneHost } from "../helpers/host";
import { root } from "../helpers/program";

const execute = promisify(execFile);

describe("the network of pods after Ctrl-C", function () {
  this.timeout(60_000);
  const scratch = new Folder();

  before(async function () {
    await needsDataPlaneHost(this);
  });

  after(async () => {
    await new PodNetwork(scratch.path).remove();
    scratch.remove();
  });

  it("is still removed by who made it, and no more of it is made", async () => {
    const module = (file: string) => JSON.stringify(path.join(root, file));
    const program = `
      const { runCommand, interrupted } = require(${module("cluster/interruption.ts")});
      const { setTimeout: sleep } = require("node:timers/promises");
      const { PodNetwork, podRange } = require(${module("dataplane/network.ts")});
      runCommand(async () => {
        const network = new PodNetwork(${JSON.stringify(scratch.path)});
        try {
          await network.create(podRange("10.199.78.1/24"));
          await network.addPod("one", ["10.199.78.3"]);
          process.kill(process.pid, "SIGINT");
          while (!interrupted.aborted) await sleep(10);
          await network.addPod("two", ["10.199.78.4"]);
        } finally {
          console.log("removed:", await network.remove());
        }
      });`;
    const result = await execute(process.execPath, ["--import", "tsx", "-e", program], { cwd: root }).catch(
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    assert.match(result.stdout, /removed: true/, result.stderr);
    assert.equal("code" in result && result.code, 130);
    assert.match(result.stderr, /interrupted by SIGINT/);
    const { name } = new PodNetwork(scratch.path);
    const { stdout } = await execute("ip", ["netns", "list"]);
    assert.ok(!stdout.includes(name), stdout);
    const folders = existsSync("/etc/netns") ? readdirSync("/etc/netns") : [];
    assert.deepEqual(
      folders.filter((folder) => folder.startsWith(name)),
      [],
    );
  });
});
