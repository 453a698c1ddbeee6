import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { waitUntilHealthy } from "../../cluster/health";
import { isAlive } from "../../cluster/processes";
import { stopBackend } from "../../dataplane/backend/backend";
import { addressOf } from "../../dataplane/backend/context";
import { named } from "../../dataplane/deployed";
import { describeLoss, traceLoss } from "../../dataplane/backend/traceLoss";
import { dataPlaneFolder } from "../../dataplane/process";
import { needsDataPlaneHost } from "../helpers/host";
import { get, LiveBackend, until } from "./liveBackend";

/** All of it begins where proxies begin: with what the dev stack deployed. */
describe("the deployed trace store and console, as real processes", function () {
  this.timeout(360_000);
  let backend: LiveBackend;

  before(async function () {
    this.timeout(1_800_000);
    await needsDataPlaneHost(this);
    backend = await LiveBackend.start();
  });

  after(() => backend?.stop());

  /** Fails unless every trace is there, for Tempo and for the deployed verification. */
  async function assertNothingLost(sent: readonly string[]): Promise<void> {
    const loss = await traceLoss(sent, backend.isFound);
    assert.deepEqual(loss.lost, [], describeLoss(loss));
    const { code, output } = await backend.verify(sent);
    assert.equal(code, 0, output);
  }

  it("show traces that came to the deployed Service to the deployed verification", async () => {
    const { code, output, termination } = await backend.verify(await backend.send(5));
    assert.equal(code, 0, output);
    const services = "productpage.bookinfo, details.bookinfo, reviews.bookinfo";
    const said = `^all 5 traces are in Kiali, with spans of ${services}, the first within [\\d.]+ s$`;
    assert.match(termination, new RegExp(said));
  });

  it("do not show what nobody sent", async () => {
    const { code, termination } = await backend.verify(["0123456789abcdef0123456789abcdef"], 2);
    assert.equal(code, 1);
    assert.match(termination, /^1 of 1 trace not in Kiali/);
  });

  it("refuse a token that the cluster did not give", async () => {
    const { status, body } = await get({
      host: addressOf(backend.pod("kiali")),
      port: 20001,
      path: "/api/namespaces/bookinfo/services/productpage/traces?startMicros=0",
      servername: "kiali.istio-system.svc.cluster.local",
      ca: named(backend.deployed.configMaps, "istio-system", "openshift-service-ca.crt")!.data!["service-ca.crt"],
      headers: { authorization: "Bearer not-a-token" },
    });
    assert.notEqual(status, 200);
    assert.match(body, /Unauthorized/i);
  });

  it("have every part of Tempo ready, each in a process of its own", async () => {
    for (const component of ["ingester", "compactor", "querier", "query-frontend", "distributor"]) {
      await waitUntilHealthy(backend.process(`tempo-${component}`), 120);
    }
  });

  it("lose nothing in a graceful restart of the ingester", async () => {
    const sent = await backend.send(20);
    // Right away, while it has them in memory only.
    await backend.restartIngester();
    await assertNothingLost(sent);
  });

  it("lose nothing while MinIO refuses the key", async () => {
    const counted = (name: string) => backend.metric(`tempo_ingester_${name}`);
    const [failed, stored] = [await counted("failed_flushes_total"), await counted("blocks_flushed_total")];
    await backend.administrate(`mc admin user disable store "$ACCESS_KEY_ID"`);
    const sent = await backend.send(20);
    try {
      await backend.askIngester("/flush");
      await until("a flush fails", async () => (await counted("failed_flushes_total")) > failed);
    } finally {
      await backend.administrate(`mc admin user enable store "$ACCESS_KEY_ID"`);
    }
    await until("a block is stored", async () => (await counted("blocks_flushed_total")) > stored);
    await until("none is left", async () => (await counted("flush_queue_length")) === 0);
    await assertNothingLost(sent);
  });

  it("lose after SIGKILL what was in memory only, and that is counted and told", async () => {
    const written = await backend.send(10);
    // Answered when all that was in memory is on the volume.
    await backend.askIngester("/flush");
    const sent = [...written, ...(await backend.send(10))];
    await backend.restartIngester("SIGKILL");
    const { acknowledged, lost } = await traceLoss(sent, backend.isFound);
    assert.ok(lost.length > 0, "nothing was in memory only");
    assert.ok(!lost.some((id) => written.includes(id)), "what was written is lost");
    assert.match(describeLoss({ acknowledged, lost }), new RegExp(`^${lost.length} of 20 acknowledged traces`));
    // The deployed verification tells the same number.
    const { code, termination } = await backend.verify(sent, 5);
    assert.equal(code, 1);
    assert.match(termination, new RegExp(`^${lost.length} of 20 traces not in Kiali`));
  });

  it("keep secrets out of logs, command lines and files of others", () => {
    const secrets = backend.deployed.secrets
      .filter(({ metadata }) => ["minio", "minio-root", "kiali-signing-key"].includes(metadata.name))
      .flatMap(({ data = {} }) => Object.entries(data))
      .filter(([key]) => !["endpoint", "bucket"].includes(key))
      .map(([, value]) => Buffer.from(value, "base64").toString());
    assert.equal(secrets.length, 5);
    for (const { name, log, process } of backend.running.processes) {
      const texts = [readFileSync(log, "utf8"), readFileSync(`/proc/${process.pid}/cmdline`, "utf8")];
      for (const secret of secrets) assert.ok(!texts.some((text) => text.includes(secret)), name);
    }
    const folder = dataPlaneFolder(backend.cluster.folder);
    assert.equal(statSync(folder).mode & 0o077, 0);
    const files = readdirSync(path.join(folder, "pods"), { recursive: true, withFileTypes: true });
    const inVolumes = files.filter((file) => file.isFile() && file.parentPath.includes("/volumes/"));
    assert.ok(inVolumes.length > 10);
    for (const { parentPath, name } of inVolumes) {
      assert.equal(statSync(path.join(parentPath, name)).mode & 0o077, 0, path.join(parentPath, name));
    }
  });

  it("show the same traces where Kiali is told to ask Tempo itself, after a restart of everything", async () => {
    const sent = await backend.send(5);
    const tracing = {
      provider: "tempo",
      in_cluster_url: "http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:3200",
    };
    const { cluster } = backend;
    const patch = JSON.stringify({ spec: { external_services: { tracing } } });
    await cluster.kubectl("patch", "kiali", "kiali", "-n", "istio-system", "--type", "merge", "-p", patch);
    await until("the operator takes it up", async () =>
      (await cluster.kubectl("get", "configmap", "kiali", "-n", "istio-system", "-o", "yaml")).includes(
        "provider: tempo",
      ),
    );
    await cluster.kubectl("rollout", "status", "deployment/kiali", "-n", "istio-system", "--timeout=60s");
    await backend.restart();
    await assertNothingLost(sent);
  });

  it("leave nothing but their volumes when they are stopped", async () => {
    const { cluster, context, running } = backend;
    const ids = [...running.processes, running.podApi].map(({ process }) => process.pid);
    assert.ok(!ids.includes(undefined));
    await stopBackend(context);
    assert.deepEqual(
      ids.filter((id) => isAlive(id!)),
      [],
    );
    const spaces = execFileSync("ip", ["netns", "list"], { encoding: "utf8" });
    assert.ok(!spaces.includes(`${context.network.name}-`), spaces);
    const folder = dataPlaneFolder(cluster.folder);
    assert.ok(!readFileSync("/proc/self/mounts", "utf8").includes(folder));
    assert.deepEqual(readdirSync(path.join(folder, "claims")).sort(), [
      "tracing-system.data-tempo-simplest-ingester-0",
      "tracing-system.minio",
    ]);
    assert.ok(!readdirSync(folder).includes("pods"), "files of pods, with secrets in them, are left");
  });
});
