import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import { controlPlaneFolder, type ControlPlaneFolder } from "../../cluster/folder";
import { answersOk, waitUntilHealthy } from "../../cluster/health";
import { projectFolder } from "../../cluster/paths";
import { isAlive } from "../../cluster/processes";
import { podRange, PodNetwork } from "../../dataplane/network";
import { DataPlaneProcess } from "../../dataplane/process";
import { Folder } from "../helpers/folder";
import { needsDataPlaneHost } from "../helpers/host";

const execute = promisify(execFile);

describe("a node's pod range", () => {
  it("leaves its highest address to the host", () => {
    assert.deepEqual(podRange("10.244.7.1/24"), { prefix: "10.244.7", hostAddress: "10.244.7.254" });
  });

  it("of another size is refused with the way out", () => {
    assert.throws(() => podRange("10.244.0.0/16"), /10\.244\.0\.0\/16.*a \/24 is wanted.*stop --delete/s);
  });
});

describe("the network of pods", function () {
  this.timeout(60_000);
  // Ranges that no control plane here has: theirs begin with 10.244.
  const range = podRange("10.199.77.1/24");
  const [server, client] = ["10.199.77.3", "10.199.77.4"];
  let scratch: Folder;
  let folder: ControlPlaneFolder;
  let network: PodNetwork;
  let hello: DataPlaneProcess;

  /** A control plane's folder in a temporary place. */
  const folderIn = (root: string): ControlPlaneFolder => ({ ...controlPlaneFolder("tests"), root });

  /** Starts a web server in a pod. */
  function startHello(): void {
    const program = scratch.write(
      "data-plane/hello.mjs",
      'import http from "node:http"; http.createServer((_, r) => r.end("hello")).listen(9080);',
    );
    hello = new DataPlaneProcess(folder, {
      name: "hello",
      port: 9080,
      isHealthy: () => answersOk(`http://${server}:9080/`),
    });
    hello.start({ program: process.execPath, args: [program], namespace: network.namespaceOf("server") });
  }

  /** Runs a script in a pod's namespace. */
  const inPod = (pod: string, script: string) =>
    execute("ip", ["netns", "exec", network.namespaceOf(pod), process.execPath, "-e", script]);

  /** What of a network is on the machine. */
  async function left({ name }: PodNetwork): Promise<string[]> {
    const [netns, links, mounts] = await Promise.all([
      execute("ip", ["netns", "list"]),
      execute("ip", ["-o", "link", "show"]),
      execute("cat", ["/proc/self/mounts"]),
    ]);
    const lines = [netns, links, mounts].flatMap(({ stdout }) => stdout.split("\n"));
    const folders = existsSync("/etc/netns") ? readdirSync("/etc/netns") : [];
    return [...lines, ...folders].filter((line) => line.includes(name));
  }

  before(async function () {
    await needsDataPlaneHost(this);
    scratch = new Folder();
    scratch.folder("data-plane");
    folder = folderIn(scratch.path);
    network = new PodNetwork(folder.root);
    await network.create(range);
    await Promise.all([network.addPod("server", [server, "10.199.77.5"]), network.addPod("client", [client])]);
    startHello();
    await waitUntilHealthy(hello, 10);
  });

  after(async () => {
    await network?.remove();
    scratch?.remove();
  });

  it("connects the host to a pod, at each of its addresses", async () => {
    assert.ok(await answersOk(`http://${server}:9080/`));
    assert.ok(await answersOk("http://10.199.77.5:9080/"));
  });

  it("connects pods, by the names that each is given", async () => {
    const ask = `fetch("http://hello.bookinfo.svc:9080/").then((r) => r.text()).then(console.log)`;
    await network.writeHosts("client", [{ address: server, names: ["hello", "hello.bookinfo.svc"] }]);
    assert.equal((await inPod("client", ask)).stdout, "hello\n");
    await assert.rejects(inPod("server", ask), /EAI_AGAIN|ENOTFOUND/);
  });

  it("shows a change of the names to what runs already", async () => {
    await network.writeHosts("client", [{ address: server, names: ["first"] }]);
    const script = `
      const { lookup } = require("node:dns/promises");
      const know = (name) => lookup(name).then(() => true, () => false);
      process.stdin.once("data", async () => { console.log(await know("first"), await know("second")); process.exit(); });
      know("first").then(console.log);`;
    const child = spawn("ip", ["netns", "exec", network.namespaceOf("client"), process.execPath, "-e", script]);
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(child.stdout, "data");
    await network.writeHosts("client", [{ address: server, names: ["second"] }]);
    child.stdin.write("look again\n");
    await once(child, "close");
    assert.equal(said, "true\nfalse true\n");
  });

  it("connects a pod to what runs on the host", async () => {
    const listener = createServer((socket) => socket.end("from the host")).listen(0, range.hostAddress);
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const ask = `require("node:net").connect(${port}, "${range.hostAddress}").pipe(process.stdout)`;
    assert.equal((await inPod("client", ask)).stdout, "from the host");
    listener.close();
  });

  it("leads nowhere else", async () => {
    const ask = `fetch("http://192.0.2.1/").catch((e) => { console.error(e.cause.code); process.exit(1) })`;
    await assert.rejects(inPod("client", ask), /EHOSTUNREACH|ETIMEDOUT|TIMEOUT/i);
  });

  it("is refused where the host has routes to its addresses", async () => {
    const second = new PodNetwork(`${folder.root}/second`);
    await assert.rejects(
      second.create(range),
      new RegExp(`10\\.199\\.77\\.0/24 are in use.*${network.name}.*--name`, "s"),
    );
    assert.deepEqual(await left(second), []);
  });

  it("stands beside another one", async () => {
    const second = new PodNetwork(`${folder.root}/second`);
    try {
      await second.create(podRange("10.199.78.1/24"));
      await second.addPod("server", ["10.199.78.3"]);
      assert.equal(await second.remove(), true);
      assert.deepEqual(await left(second), []);
      assert.ok(await answersOk(`http://${server}:9080/`));
    } finally {
      await second.remove();
    }
  });

  it("leads to a pod at once where another had its address before", async () => {
    assert.ok(await answersOk(`http://${server}:9080/`));
    await network.removePod("server");
    await network.addPod("server", [server, "10.199.77.5"]);
    startHello();
    // An address that the host remembers wrongly is asked for again after eight seconds at the earliest.
    await waitUntilHealthy(hello, 5);
  });

  it("is not taken for made while it is being made", async () => {
    const second = new PodNetwork(`${folder.root}/second`);
    try {
      await execute("ip", ["netns", "add", second.name]);
      await execute("ip", ["link", "add", second.name, "type", "veth", "peer", "name", "host", "netns", second.name]);
      assert.equal(await second.exists(), false);
      assert.equal(await network.exists(), true);
      assert.equal(await second.remove(), true);
    } finally {
      await second.remove();
    }
  });

  it("ends what runs in a pod when that is removed", async () => {
    const pid = hello.process.pid!;
    await network.removePod("server");
    assert.ok(!isAlive(pid));
    assert.deepEqual(
      (await left(network)).filter((line) => line.includes("server")),
      [],
    );
    assert.equal(await network.remove(), true);
    assert.deepEqual(await left(network), []);
    assert.equal(await network.remove(), false);
  });

  it("is removed as a whole by a later run when the one that made it was killed", async () => {
    const script = `
      const { podRange, PodNetwork } = require("./dataplane/network");
      void (async () => {
        const network = new PodNetwork(${JSON.stringify(folder.root)});
        await network.create(podRange("10.199.77.1/24"));
        for (let pod = 0; ; pod++) {
          await network.addPod(\`pod\${pod}\`, [\`10.199.77.\${pod + 1}\`]);
          console.log(pod);
        }
      })();`;
    const child = spawn(process.execPath, ["--import", "tsx", "-e", script], { cwd: projectFolder });
    const exit = once(child, "close");
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await exit;
    assert.notDeepEqual(await left(network), []);
    assert.equal(await network.remove(), true);
    assert.deepEqual(await left(network), []);
  });
});

describe("a process of the data plane", () => {
  const folder = { ...controlPlaneFolder("tests"), root: "/nowhere/at/all" };
  const make = () => new DataPlaneProcess(folder, { name: "x", port: 1, isHealthy: () => Promise.resolve(false) });

  it("must be recognisable by its arguments", () => {
    assert.throws(() => make().start({ program: "true", args: ["--flag"] }), /no argument of x names a file in/);
  });

  it("says when it is to run in a folder that is not there", () => {
    const args = ["/nowhere/at/all/data-plane/x"];
    assert.throws(() => make().start({ program: "true", args }), /data-plane.*does not exist/);
  });
});
