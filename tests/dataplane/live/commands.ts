import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { VerificationReport } from "../../../cli/verificationReport";
import { projectFolder } from "../../../cluster/paths";
import { tryRun } from "../../../cluster/run";
import { stopDataPlane } from "../../../dataplane/dataPlane";
import { shortPath } from "../../../dataplane/gateway";
import { PodNetwork } from "../../../dataplane/network";
import { dataPlaneFolder } from "../../../dataplane/process";
import { dataPlaneStatus } from "../../../dataplane/status";
import type { LiveDataPlane } from "./dataPlane";
import { LiveMesh } from "./mesh";
import { LiveStore } from "./store";

const execute = promisify(execFile);

/** The data plane as a whole is started and ended, in each way that there is. In the end it does not run. */
export const describeCommands = (live: LiveDataPlane) =>
  describe("the data plane's commands", () => {
    const mesh = new LiveMesh(live);
    const store = new LiveStore(live);
    /** Traces that were stored before it was stopped. */
    let stored: string[];

    /** A program of the project's, in a process of its own. */
    const program = (...args: string[]): ChildProcess =>
      spawn(process.execPath, ["--import", "tsx", ...args], { cwd: projectFolder, stdio: ["ignore", "pipe", "pipe"] });

    /** A command of a user's. */
    const command = (name: string) => program("dataplane/cli.ts", name, "--name", live.name);

    /** Waits until a text appears among what it says. */
    function says(child: ChildProcess, text: string): Promise<void> {
      let said = "";
      return new Promise((resolve, reject) => {
        child.stderr?.setEncoding("utf8").on("data", (part: string) => {
          said += part;
          if (said.includes(text)) resolve();
        });
        child.once("close", () => reject(new Error(`it ended before it said "${text}":\n${said}`)));
      });
    }

    /** What of it is on the machine: namespaces, links, mounts, folders in /etc, processes. */
    async function left(): Promise<string[]> {
      const { name } = new PodNetwork(live.cluster.folder.root);
      const shown = await Promise.all([
        execute("ip", ["netns", "list"]),
        execute("ip", ["-o", "link", "show"]),
        execute("cat", ["/proc/self/mounts"]),
        execute("ps", ["-eo", "args"]),
      ]);
      const lines = shown.flatMap(({ stdout }) => stdout.split("\n"));
      const folders = existsSync("/etc/netns") ? readdirSync("/etc/netns") : [];
      const marks = [name, dataPlaneFolder(live.cluster.folder)];
      return [...lines, ...folders].filter((line) => marks.some((mark) => line.includes(mark)));
    }

    it("leave all as it is in a second start", async () => {
      const before = await dataPlaneStatus(live.cluster.folder);
      await live.converge();
      assert.deepEqual(await dataPlaneStatus(live.cluster.folder), before);
    });

    it("verify and report without being told where Kiali and the page are", async () => {
      const run = (...words: string[]) =>
        tryRun(process.execPath, ["--import", "tsx", "dataplane/cli.ts", ...words], { cwd: projectFolder });
      const verified = await run("verify", "--name", live.name, "--", "--send", "3", "--json", "-");
      assert.equal(verified.code, 0, verified.stdout + verified.stderr);
      const { traces } = JSON.parse(verified.stdout) as VerificationReport;
      assert.equal(traces.length, 3);
      const traceIds = traces.map(({ id }) => id);
      const reported = await run(
        "report",
        "--name",
        live.name,
        "--",
        "-",
        ...traceIds.flatMap((id) => ["--trace", id]),
      );
      assert.equal(reported.code, 0, reported.stderr);
      for (const id of traceIds) assert.ok(reported.stdout.includes(id));
    });

    it("leave nothing behind but logs and volumes when they stop it", async () => {
      stored = await store.send(5);
      assert.notDeepEqual(await left(), []);
      assert.equal(await stopDataPlane(live.name), true);
      assert.deepEqual(await left(), []);
      const folder = dataPlaneFolder(live.cluster.folder);
      assert.deepEqual(readdirSync(path.join(folder, "claims")).sort(), [
        "tracing-system.data-tempo-simplest-ingester-0",
        "tracing-system.minio",
      ]);
      assert.ok(!readdirSync(folder).includes("pods"), "files of pods, with secrets in them, are left");
      assert.equal(await stopDataPlane(live.name), false);
    });

    it("leave nothing behind when Ctrl-C ends their start", async () => {
      const start = command("start");
      const ended = once(start, "close");
      await says(start, "MinIO");
      start.kill("SIGINT");
      assert.deepEqual(await ended, [130, null]);
      assert.deepEqual(await left(), []);
    });

    it("make it come up after a start that was killed, as it is in the end where Kiali changes meanwhile", async () => {
      await killedStart();
      const before = store.pod("kiali").metadata.name;
      const start = command("start");
      const ended = once(start, "close");
      await says(start, "MinIO");
      await askTempoItself();
      assert.deepEqual(await ended, [0, null]);
      await live.readDeployed();
      assert.notEqual(store.pod("kiali").metadata.name, before);
      const ids = await mesh.requests(3, shortPath);
      assert.deepEqual(await mesh.found(ids), ids);
      const { code, output } = await store.verify(stored);
      assert.equal(code, 0, output);
    });

    it("leave nothing behind when Ctrl-C ends the demo's proof", async () => {
      const proof = program(
        "-e",
        `const { runCommand } = require("./cluster/interruption");
         const { orStop } = require("./dataplane/dataPlane");
         const { prove } = require("./dataplane/proof");
         const name = ${JSON.stringify(live.name)};
         runCommand(async () => void (await orStop(name, () => prove(name))));`,
      );
      const ended = once(proof, "close");
      await says(proof, "traffic");
      proof.kill("SIGINT");
      assert.deepEqual(await ended, [130, null]);
      assert.deepEqual(await left(), []);
    });

    it("end with the control plane what a start that was killed has left", async () => {
      await killedStart();
      await live.cluster.stop();
      assert.deepEqual(await left(), []);
    });

    /** A start that nobody could clean up after. */
    async function killedStart(): Promise<void> {
      const start = command("start");
      const ended = once(start, "close");
      await says(start, "MinIO");
      start.kill("SIGKILL");
      await ended;
      assert.notDeepEqual(await left(), []);
    }

    /** Changes how Kiali finds traces: by Tempo's own API, not as Jaeger's. */
    async function askTempoItself(): Promise<void> {
      const tracing = {
        provider: "tempo",
        in_cluster_url: "http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:3200",
      };
      const patch = JSON.stringify({ spec: { external_services: { tracing } } });
      await live.cluster.kubectl("patch", "kiali", "kiali", "-n", "istio-system", "--type", "merge", "-p", patch);
    }
  });
