import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { componentStatus, type ComponentStatus } from "../../cluster/components";
import { start, stop } from "../../cluster/controlPlane";
import { controlPlaneFolder } from "../../cluster/folder";
import { choosePorts, readPorts } from "../../cluster/ports";
import { DetachedProcess } from "../../cluster/processes";
import { findInstalled } from "../../cluster/toolchain/build";
import { prepareToolset } from "../../cluster/toolset";
import { withEnvironment } from "../helpers/environment";
import { Folder } from "../helpers/folder";
import { root } from "../helpers/program";

/** Runs the `cluster` command as npm does, and returns what it printed and how it ended. */
function cluster(...args: string[]) {
  const cli = ["--import", "tsx", path.join(root, "cluster", "cli.ts"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, cli, { cwd: root, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

/** A program on PATH that prints a text. */
function fakeTool(folder: Folder, name: string, prints: string, code = 0): string {
  const file = folder.write(name, `#!/bin/sh\necho '${prints}'\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("tools that are installed already", () => {
  let folder: Folder;
  const judged = (name: string) =>
    withEnvironment({ PATH: folder.path, PULUMI_HOME: path.join(folder.path, "home") }, async () => {
      const { found, rejected } = await findInstalled();
      return { used: found.get(name)?.file, rejected: rejected.find(({ tool }) => tool.name === name) };
    });

  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  it("are used in a version known to work", async () => {
    const file = fakeTool(folder, "kubectl", "Client Version: v1.34.7");
    assert.equal((await judged("kubectl")).used, file);
  });

  it("are refused in another, with both versions named", async () => {
    const file = fakeTool(folder, "kubectl", "Client Version: v1.32.4-dispatcher");
    const { used, rejected } = await judged("kubectl");
    assert.equal(used, undefined);
    assert.equal(rejected?.file, file);
    assert.match(rejected.reason, /v1\.32\.4-dispatcher.*1\.34\.x/);
  });

  it("are refused when a version only begins like one known to work", async () => {
    fakeTool(folder, "kubectl", "Client Version: v1.34.1-dispatcher");
    assert.equal((await judged("kubectl")).used, undefined);
  });

  it("are refused when they fail", async () => {
    fakeTool(folder, "etcd", "etcd Version: 3.6.6", 1);
    assert.equal((await judged("etcd")).used, undefined);
  });

  it("are used in pairs: no Pulumi CLI without its language host", async () => {
    fakeTool(folder, "pulumi", "v3.259.0");
    assert.equal((await judged("pulumi")).used, undefined);
    const host = fakeTool(folder, "pulumi-language-nodejs", "");
    assert.equal((await judged("pulumi-language-nodejs")).used, host);
    assert.notEqual((await judged("pulumi")).used, undefined);
  });
});

describe("ports of a control plane", () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  it("stay the same from start to start, unless somebody took one meanwhile", async () => {
    const file = path.join(folder.path, "ports.json");
    const first = await choosePorts(file);
    assert.equal(new Set(Object.values(first)).size, 10);
    assert.deepEqual(await choosePorts(file), first);

    const server = createServer();
    await new Promise<void>((resolve) => server.listen(first.etcd, "127.0.0.1", resolve));
    try {
      const second = await choosePorts(file);
      assert.notEqual(second.etcd, first.etcd);
      assert.deepEqual(readPorts(file), second);
    } finally {
      server.close();
    }
  });
});

describe("a detached process", () => {
  it("is not taken for another one that has its process id now", async () => {
    const folder = new Folder();
    const sleeper = spawn("sleep", ["60"]);
    try {
      const process = new DetachedProcess(folder.write("sleep.pid", String(sleeper.pid)), folder.path);
      assert.equal(process.pid, undefined);
      await process.stop();
      assert.equal(sleeper.exitCode, null);
      assert.equal(existsSync(process.pidFile), false);
    } finally {
      sleeper.kill();
      folder.remove();
    }
  });
});

describe("pulumi in the shell of `cluster env`", () => {
  const stackFile = "config:\n  # why\n  a:b: true\n";
  let folder: Folder;

  /** Runs pulumi.mjs around a program that leaves a stack file behind, and returns the file's text afterwards. */
  function afterRun(leaves: string, before = stackFile): string {
    const file = folder.write("Pulumi.dev.yaml", before);
    const program = folder.write(
      "pulumi",
      `#!/bin/sh\nprintf '${leaves.replaceAll("\n", "\\n")}' > Pulumi.dev.yaml\nexit 3\n`,
    );
    chmodSync(program, 0o755);
    const script = path.join(root, "cluster", "pulumi.mjs");
    assert.equal(spawnSync(process.execPath, [script, program, "up"], { cwd: folder.path }).status, 3);
    return readFileSync(file, "utf8");
  }

  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());

  it("leaves a stack file as it was when it only added a salt", () => {
    assert.equal(afterRun('config:\n  # why\n  a:b: "true"\nencryptionsalt: v1:x\n'), stackFile);
  });

  it("keeps what a command changed, without the salt", () => {
    assert.equal(afterRun("config:\n  a:b: false\nencryptionsalt: v1:x\n"), "config:\n  a:b: false\n");
  });

  it("keeps a salt that was there before", () => {
    const own = "encryptionsalt: v1:own\n";
    assert.equal(afterRun(`a: 1\n${own}`, own), `a: 1\n${own}`);
  });
});

describe("the embedded control plane", function () {
  this.timeout(120_000);
  const name = "start-and-stop";
  const folder = controlPlaneFolder(name);

  const processes = () =>
    execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(folder.root) && !line.startsWith("ps "));
  const pids = (status: ComponentStatus[]) => status.map(({ pid }) => pid);
  const kubectl = async (...args: string[]) => {
    const env = { ...process.env, KUBECONFIG: folder.kubeconfig, KUBECACHEDIR: folder.kubectlCache };
    return execFileSync((await prepareToolset()).program("kubectl"), args, { encoding: "utf8", env, stdio: "pipe" });
  };

  before(() => stop(name, { deleteData: true }));
  after(() => stop(name, { deleteData: true }));

  it("leaves nothing behind when its start is interrupted, and starts afterwards", async () => {
    const args = ["--import", "tsx", path.join(root, "cluster", "cli.ts"), "start", "--name", name];
    const starting = spawn(process.execPath, args, { cwd: root });
    let output = "";
    let interruption: NodeJS.Timeout | undefined;
    starting.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      // The first programs run, the definitions are being stored. Once only: a second signal means "at once".
      if (output.includes("✓ etcd")) interruption ??= setTimeout(() => starting.kill("SIGINT"), 500);
    });
    const code = await new Promise((resolve) => starting.on("close", resolve));
    assert.equal(code, 130, output);
    assert.match(output, /interrupted by SIGINT\n$/);
    assert.deepEqual(processes(), []);

    await start(name);
    assert.ok((await componentStatus(folder)).every(({ health }) => health === "ready"));
  });

  it("is left alone by a second start", async () => {
    const before = pids(await componentStatus(folder));
    assert.equal(before.length, 7);
    await start(name);
    assert.deepEqual(pids(await componentStatus(folder)), before);
  });

  it("serves of Istio what OpenShift Service Mesh 2.5 serves, and no more", async () => {
    const served = (await kubectl("api-versions")).trim().split("\n");
    assert.deepEqual(
      served.filter((version) => version.includes("istio.io")),
      [
        "extensions.istio.io/v1alpha1",
        "networking.istio.io/v1alpha3",
        "networking.istio.io/v1beta1",
        "security.istio.io/v1beta1",
        "telemetry.istio.io/v1alpha1",
      ],
    );
  });

  it("tells the mesh operator's version where OpenShift does", async () => {
    const jsonpath = "jsonpath={.spec.version} {.status.phase}";
    const args = ["get", "csv", "-n", "openshift-operators", "servicemeshoperator.v2.5.1", "-o", jsonpath];
    assert.equal(await kubectl(...args), "2.5.1 Succeeded");
  });

  it("gives pods and Services addresses of separate ranges", async () => {
    await kubectl("create", "deployment", "ranges", "--image=example.invalid/image");
    await kubectl("rollout", "status", "deployment/ranges", "--timeout=30s");
    const address = await kubectl("get", "pods", "-l", "app=ranges", "-o", "jsonpath={.items[0].status.podIP}");
    assert.match(address, /^10\.244\./);
    assert.match(await kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}"), /^10\.96\./);
  });

  it("listens on the loopback address alone, but for the tempo-operator's webhook", function () {
    if (process.platform !== "linux") this.skip();
    const ports = readPorts(folder.ports);
    assert.ok(ports);
    const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => readFileSync(file, "utf8").split("\n"));
    const listening = lines.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === "0A");
    const addressOf = (port: number) => {
      const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
      return listening.find(([, local]) => local?.endsWith(suffix))?.[1]?.split(":")[0];
    };
    const { tempoOperatorWebhook, ...others } = ports;
    for (const [name, port] of Object.entries(others)) assert.equal(addressOf(port), "0100007F", name);
    assert.notEqual(addressOf(tempoOperatorWebhook), undefined);
  });

  it("is repaired on its data by a start when a part of it is gone", async () => {
    await kubectl("create", "configmap", "kept");
    const operator = (await componentStatus(folder)).find(({ component }) => component.name === "tempo-operator");
    process.kill(operator?.pid ?? 0, "SIGKILL");
    const status = cluster("status", "--name", name);
    assert.equal(status.code, 1);
    assert.match(status.stdout, /^tempo-operator +stopped +-/m);

    await start(name);
    assert.equal(cluster("status", "--name", name).code, 0);
    assert.equal(await kubectl("get", "configmap", "kept", "-o", "name"), "configmap/kept\n");
  });

  it("prints an environment in which a plain shell finds the tools, Node and the cluster", () => {
    const { code, stdout } = cluster("env", "--name", name);
    assert.equal(code, 0);
    const script = `${stdout}\nkubectl get namespace openshift-operators -o name; kubectl config current-context; pulumi version; pulumi stack ls --json`;
    const shell = spawnSync("sh", ["-ec", script], {
      encoding: "utf8",
      env: { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder.root },
      cwd: root,
    });
    assert.equal(shell.status, 0, shell.stderr);
    assert.equal(shell.stdout, "namespace/openshift-operators\nmesh-tracing-embedded\nv3.259.0\n[]\n");
  });

  it("keeps an audit log of who did what, without what objects contain", async () => {
    await kubectl("create", "secret", "generic", "audited", "--from-literal=password=canary-4711");
    const log = readFileSync(folder.auditLog, "utf8");
    assert.doesNotMatch(log, /canary-4711|"requestObject"|"responseObject"/);
    const events = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { verb: string; objectRef?: { name?: string } });
    assert.ok(events.some(({ verb, objectRef }) => verb === "create" && objectRef?.name === "audited"));
  });

  it("leaves no process, port or temporary file when it is stopped, and keeps its data", async () => {
    assert.equal(await stop(name), true);
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(folder.temporary), false);
    const ports = readPorts(folder.ports);
    for (const port of Object.values(ports ?? {})) {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
      server.close();
    }
    assert.equal(await stop(name), false);

    await start(name);
    assert.deepEqual(readPorts(folder.ports), ports);
    assert.equal(await kubectl("get", "configmap", "kept", "-o", "name"), "configmap/kept\n");
  });

  it("removes its data where that is asked for", () => {
    assert.equal(cluster("stop", "--delete", "--name", name).code, 0);
    assert.deepEqual(processes(), []);
    assert.equal(existsSync(folder.root), false);
  });

  it("says what to do about a wrong command line", () => {
    assert.match(cluster("strat").stderr, /no command "strat"[^]*Usage:/);
    assert.match(cluster("start", "--nmae", "x").stderr, /Unknown option '--nmae'[^]*Usage:/);
    assert.match(cluster("start", "--name", "../x").stderr, /"\.\.\/x" is no name for a control plane: use/);
    assert.match(
      cluster("env", "--name", "never-started").stderr,
      /start it with npm run cluster -- start --name never-started/,
    );
    assert.match(cluster("logs", "kubelet").stderr, /no component "kubelet"; there are etcd, /);
    assert.equal(cluster("start", "--name", "../x").code, 1);
  });
});
