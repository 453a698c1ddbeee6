import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { controlPlaneFolder } from "../../cluster/folder";
import type { Kubectl } from "../../cluster/kubectl";
import { PodContainers, podsFolder } from "../../dataplane/backend/containers";
import type { Deployed, Pod } from "../../dataplane/deployed";
import { inNamespace, podRange, PodNetwork } from "../../dataplane/network";
import { dataPlaneFolder } from "../../dataplane/process";
import { Folder } from "../helpers/folder";
import { needsDataPlaneHost } from "../helpers/host";

const execute = promisify(execFile);

const metadata = (name: string) => ({ name, namespace: "store" });

const deployed: Deployed = {
  pods: [],
  jobs: [],
  services: [],
  endpointSlices: [],
  configMaps: [{ kind: "ConfigMap", metadata: metadata("conf"), data: { "app.yaml": "as: deployed", other: "kept" } }],
  secrets: [{ kind: "Secret", metadata: metadata("key"), data: { key: Buffer.from("hidden").toString("base64") } }],
};

const mounts = { conf: "/conf", key: "/secrets/inner", data: "/var/app", scratch: "/tmp", token: "/var/run/token" };

const pod: Pod = {
  kind: "Pod",
  metadata: metadata("app-0"),
  spec: {
    serviceAccountName: "app",
    containers: [
      {
        name: "app",
        command: ["/app"],
        args: ["-euc", "cat /conf/app.yaml"],
        env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "key", key: "key" } } }],
        volumeMounts: Object.entries(mounts).map(([name, mountPath]) => ({ name, mountPath })),
      },
    ],
    volumes: [
      { name: "conf", configMap: { name: "conf" } },
      { name: "key", secret: { secretName: "key" } },
      { name: "data", persistentVolumeClaim: { claimName: "data-app-0" } },
      { name: "scratch", emptyDir: {} },
      { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
    ],
  },
};

describe("a container without an image", function () {
  this.timeout(60_000);
  const scratch = new Folder();
  const folder = { ...controlPlaneFolder("tests"), root: scratch.path };
  const network = new PodNetwork(folder.root);
  const asked: (readonly string[])[] = [];
  const kubectl = {
    run: (args: readonly string[]) => {
      asked.push(args);
      return Promise.resolve("a-token\n");
    },
  } as Kubectl;
  let containers: PodContainers;

  before(async function () {
    await needsDataPlaneHost(this);
    await network.create(podRange("10.199.79.1/24"));
    await network.addPod("app-0", ["10.199.79.3"]);
  });

  beforeEach(() => {
    containers = new PodContainers(folder, pod, deployed, kubectl);
  });

  after(async () => {
    await network.remove();
    scratch.remove();
  });

  /** Runs a shell as the container's program and returns what it prints. */
  async function shell(script?: string, files?: Record<string, string>, image?: Record<string, string>) {
    const args = script === undefined ? undefined : ["-euc", script];
    const start = await containers.start(containers.container("app"), { program: "/bin/sh", args, files, image });
    const [program, words] = inNamespace(network.namespaceOf("app-0"), start.program, start.args);
    const { stdout } = await execute(program, words, { env: { PATH: process.env.PATH, ...start.env } });
    return stdout.trim();
  }

  it("has its pod's arguments, name, environment and volumes", async () => {
    assert.equal(await shell(), "as: deployed");
    assert.equal(await shell("cat /proc/sys/kernel/hostname"), "app-0");
    assert.equal(
      await shell('echo "$KEY"; cat /secrets/inner/key /conf/other /var/run/token/token'),
      "hidden\nhiddenkepta-token",
    );
    assert.deepEqual(asked[0]?.slice(0, 5), ["create", "token", "app", "-n", "store"]);
  });

  it("has other texts in files where they are given, in its own volumes only", async () => {
    assert.equal(await shell(undefined, { "/conf/app.yaml": "as: adapted" }), "as: adapted");
    assert.equal(await shell(undefined), "as: deployed");
    assert.equal(containers.text(containers.container("app"), "/conf/app.yaml"), "as: deployed");
    await assert.rejects(shell(undefined, { "/conf/nothing": "" }), /no volume of app has \/conf\/nothing/);
    assert.throws(() => containers.text(containers.container("app"), "/etc/passwd"), /no volume of app has/);
  });

  // The temporary folder is a volume here, and the program's own file is below it.
  it("has what its image would hold", async () => {
    const file = scratch.write("page.html", "hello");
    assert.equal(await shell("cat /opt/app/page.html", undefined, { "/opt/app/page.html": file }), "hello");
  });

  it("sees no more of the host than its programs, and cannot change those", async () => {
    assert.equal(await shell(`ls -d /home /srv /boot ${scratch.path}/page.html 2>/dev/null || true`), "");
    assert.equal(await shell("touch /usr/x 2>/dev/null || echo refused"), "refused");
    await shell("echo x >/dev/x; echo x >/etc/x; echo x >/x");
    assert.ok(!["/dev/x", "/etc/x", "/x", "/opt/app"].some((file) => existsSync(file)));
  });

  it("keeps what is in a claim, and nothing else", async () => {
    await shell("echo kept >/var/app/file; echo gone >/tmp/file");
    await containers.clear();
    assert.equal(await shell("cat /var/app/file; cat /tmp/file 2>/dev/null || true"), "kept");
  });

  it("has files that nobody else can read, and leaves no mount", async () => {
    await shell();
    const found = readdirSync(podsFolder(folder), { recursive: true, withFileTypes: true });
    const files = found.filter((entry) => entry.isFile() && entry.parentPath.includes("/volumes/"));
    assert.ok(files.length >= 4);
    for (const { parentPath, name } of files) {
      const { mode, size } = statSync(path.join(parentPath, name));
      // The program is mounted on an empty file.
      if (size > 0) assert.equal(mode & 0o077, 0, name);
    }
    assert.ok(!readFileSync("/proc/self/mounts", "utf8").includes(dataPlaneFolder(folder)));
  });
});
