import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ensureTools } from "../../cluster/toolchain/build";
import { testTools } from "../../cluster/toolchain/tools";
import { freePort } from "../helpers/loopback";
import { Recorder } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

const execute = promisify(execFile);

/** A container of a job, as the program registered it. */
interface JobContainer {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/**
 * On the embedded control plane pods are simulated, so the storage jobs prove nothing there. Here the very commands that
 * the program puts into them run against a real MinIO, with its real client.
 */
describe("the storage jobs on a real MinIO", function () {
  this.timeout(60_000);
  const root = { user: "root-user-1234", password: "root-password-12345678" };
  const keys = [1, 2].map((generation) => ({
    id: `temposaccesskey000${generation}`,
    secret: `temposaccesssecret000000000000000000000${generation}`,
  }));
  let folder: string;
  let endpoint: string;
  let server: ChildProcess;
  let mc: string;
  let jobs: { provisioning: JobContainer; retirement: JobContainer };

  before(async function () {
    this.timeout(900_000);
    const tools = await ensureTools(testTools);
    mc = tools.get("mc")!.file;
    folder = mkdtempSync(path.join(tmpdir(), "mesh-tracing-minio-"));
    mkdirSync(path.join(folder, "data"));
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn(tools.get("minio")!.file, ["server", path.join(folder, "data"), "--address", `127.0.0.1:${port}`], {
      env: { MINIO_ROOT_USER: root.user, MINIO_ROOT_PASSWORD: root.password, HOME: folder, MINIO_BROWSER: "off" },
      stdio: "ignore",
    });
    for (let attempt = 0; !(await fetch(`${endpoint}/minio/health/ready`).catch(() => ({ ok: false }))).ok; attempt++) {
      assert.ok(attempt < 100, "MinIO did not become ready");
      await sleep(100);
    }
    const recorder = new Recorder();
    const config = { ...stackConfig("dev"), "mesh-tracing:objectStorage": '{"credentialsGeneration":2}' };
    await runProgram(recorder, { stack: "dev", config });
    const container = (name: string) => {
      const { spec } = recorder.find(name).inputs as { spec: { template: { spec: { containers: JobContainer[] } } } };
      return spec.template.spec.containers[0]!;
    };
    jobs = { provisioning: container("minio-provisioning-2"), retirement: container("credential-retirement-2") };
  });

  after(() => {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a job's container with the values that its Secrets would hold. */
  async function run(job: JobContainer, key: (typeof keys)[number], password = root.password): Promise<void> {
    const [shell, ...flags] = job.command;
    const plain = job.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
    await execute(shell!, [...flags, ...job.args], {
      env: {
        ...Object.fromEntries(plain),
        PATH: `${path.dirname(mc)}:/usr/bin:/bin`,
        ENDPOINT: endpoint,
        ROOT_USER: root.user,
        ROOT_PASSWORD: password,
        ACCESS_KEY_ID: key.id,
        ACCESS_KEY_SECRET: key.secret,
        MC_CONFIG_DIR: path.join(folder, "mc"),
      },
    });
  }

  /** What a client may do that knows only an access key. */
  async function withKey(key: (typeof keys)[number], ...args: string[]): Promise<string> {
    const host = endpoint.replace("http://", `http://${key.id}:${key.secret}@`);
    const env = { MC_HOST_tempo: host, MC_CONFIG_DIR: path.join(folder, "mc-tempo"), HOME: folder };
    return (await execute(mc, args, { env })).stdout;
  }

  it("make the bucket and a key that may use it and nothing else", async () => {
    await run(jobs.provisioning, keys[0]!);
    await withKey(keys[0]!, "cp", __filename, "tempo/tempo/object");
    assert.match(await withKey(keys[0]!, "ls", "tempo/tempo"), /object/);
    await assert.rejects(withKey(keys[0]!, "mb", "tempo/other"), /Access Denied/);
    await assert.rejects(withKey(keys[0]!, "admin", "user", "list", "tempo"), /Access ?Denied/i);
  });

  it("can be run again", () => run(jobs.provisioning, keys[0]!));

  it("leave the former key valid while a new one is made", async () => {
    await run(jobs.provisioning, keys[1]!);
    for (const key of keys) {
      assert.match(await withKey(key, "ls", "tempo/tempo"), /object/);
    }
  });

  it("end the former key and keep the current one and the data", async () => {
    await run(jobs.retirement, keys[1]!);
    assert.match(await withKey(keys[1]!, "ls", "tempo/tempo"), /object/);
    await assert.rejects(withKey(keys[0]!, "ls", "tempo/tempo"), /access key/i);
  });

  it("fail, and so are seen, where the root credentials are wrong", async () => {
    await assert.rejects(run(jobs.provisioning, keys[1]!, "not-the-password"));
    await assert.rejects(run(jobs.retirement, keys[1]!, "not-the-password"));
  });
});
