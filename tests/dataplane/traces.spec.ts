import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { promisify } from "node:util";
import { projectFolder } from "../../cluster/paths";
import { startDataPlane, stopDataPlane } from "../../dataplane/dataPlane";
import { PodNetwork } from "../../dataplane/network";
import { dataPlaneFolder } from "../../dataplane/process";
import { prove } from "../../dataplane/proof";
import { dataPlaneStatus } from "../../dataplane/status";
import { needsDataPlaneHost } from "../helpers/host";
import { LiveTraces, request, samplingIn, shortPath, until, type Span } from "./liveTraces";

const execute = promisify(execFile);
const telemetry = ["telemetry", "mesh-default", "-n", "istio-system"];

/** Nothing between the request and Tempo is a test's own: what it sees was sent by Envoy, because of the deployed objects. */
describe("traces of the deployed mesh", function () {
  this.timeout(600_000);
  let live: LiveTraces;

  before(async function () {
    this.timeout(1_800_000);
    await needsDataPlaneHost(this);
    live = await LiveTraces.start();
  });

  after(() => live?.stop());

  /** Changes the Telemetry and waits until every proxy goes by it. */
  async function setTracing(tracing: object, sampling: number | undefined): Promise<void> {
    const patch = JSON.stringify({ spec: { tracing: [tracing] } });
    await live.cluster.kubectl("patch", ...telemetry, "--type=merge", "-p", patch);
    await live.proxiesHave(`samples ${sampling ?? "nothing"}`, samples(sampling));
  }

  const samples = (sampling: number | undefined) => (config: string) => {
    const found = samplingIn(config);
    return sampling === undefined ? found.length === 0 : found.length > 0 && found.every((value) => value === sampling);
  };

  const deployed = { providers: [{ name: "tempo" }], randomSamplingPercentage: 100 };

  it("satisfy the deployed traffic and verification jobs, run for real", async () => {
    const proofs = await prove(live.name);
    assert.deepEqual(
      proofs.map(({ name, code }) => [name, code]),
      [
        ["traffic", 0],
        ["verification", 0],
      ],
      proofs.map(({ output }) => output).join("\n"),
    );
  });

  it("are one for each request at 100 %", async () => {
    const ids = await live.requests(40, shortPath);
    assert.deepEqual((await live.found(ids)).sort(), [...ids].sort());
  });

  it("have a span of each hop, each the child of the one before, with its version", async () => {
    const [id = ""] = await live.requests(1, "/productpage");
    let spans: Span[] = [];
    const of = (service: string, kind: string, target = "") =>
      spans.filter(
        (span) => span.service === service && span.kind === kind && (span.tags.upstream_cluster ?? "").includes(target),
      );
    const gatewayService = "istio-ingressgateway.istio-system";
    // Each proxy sends what it has by its own clock.
    await until(`the trace ${id} has a span of each hop`, async () => {
      spans = await live.trace(id);
      const [details, reviews] = [of("details.bookinfo", "SERVER"), of("reviews.bookinfo", "SERVER")];
      const page = [of("productpage.bookinfo", "SERVER"), of("productpage.bookinfo", "CLIENT", "reviews")];
      return [of(gatewayService, "CLIENT"), details, reviews, ...page].every(({ length }) => length > 0);
    });
    const only = (...which: Parameters<typeof of>) => {
      const found = of(...which);
      assert.equal(found.length, 1, `${found.length} spans of ${which.join(" ")}`);
      return found[0]!;
    };
    const gateway = only(gatewayService, "CLIENT");
    const page = only("productpage.bookinfo", "SERVER");
    assert.equal(page.parent, gateway.id);
    for (const name of ["details", "reviews"]) {
      const asked = only("productpage.bookinfo", "CLIENT", `${name}.bookinfo`);
      assert.equal(asked.parent, page.id);
      const answered = only(`${name}.bookinfo`, "SERVER");
      assert.equal(answered.parent, asked.id);
      assert.match(answered.tags["istio.canonical_revision"] ?? "", /^v[123]$/);
      assert.equal(answered.tags["istio.canonical_service"], name);
    }
  });

  it("go over mutual TLS: a service that wants it refuses anybody else", async () => {
    const details = await live.pod("bookinfo", "app=details");
    const direct = () => request(`${details.status?.podIP}:9080`, "/details/0");
    assert.equal(await direct(), 200);
    const strict = {
      apiVersion: "security.istio.io/v1beta1",
      kind: "PeerAuthentication",
      metadata: { name: "strict", namespace: "bookinfo" },
      spec: { mtls: { mode: "STRICT" } },
    };
    try {
      await live.cluster.apply(strict);
      await until("details refuses plain text", () =>
        direct().then(
          () => false,
          () => true,
        ),
      );
      assert.equal((await live.found(await live.requests(1, shortPath))).length, 1);
    } finally {
      await live.cluster.kubectl("delete", "peerauthentication", "strict", "-n", "bookinfo");
      await until("details takes plain text again", () =>
        direct().then(
          (status) => status === 200,
          () => false,
        ),
      );
    }
  });

  it("are a tenth at 10 %, as exactly as chance allows", async () => {
    await setTracing({ ...deployed, randomSamplingPercentage: 10 }, 10);
    try {
      const ids = await live.requests(300, shortPath);
      const { length } = await live.found(ids);
      // 30 plus or minus four standard deviations of a binomial distribution: exceeded once in 16000 runs.
      assert.ok(length >= 9 && length <= 51, `${length} of 300 requests left a trace`);
    } finally {
      await setTracing(deployed, 100);
    }
  });

  it("are none while the Telemetry is deleted, and requests are answered", async () => {
    const object = await live.cluster.get<{ spec: object }>(...telemetry);
    await live.cluster.kubectl("delete", ...telemetry);
    await live.proxiesHave("has no tracing", samples(undefined));
    const ids = await live.requests(20, shortPath);
    const sampled = await live.requests(5, shortPath, { "x-b3-sampled": "1" });
    await live.cluster.apply({
      apiVersion: "telemetry.istio.io/v1alpha1",
      kind: "Telemetry",
      metadata: { name: "mesh-default", namespace: "istio-system" },
      spec: object.spec,
    });
    await live.proxiesHave("samples 100 % again", samples(100));
    assert.deepEqual(await live.found([...ids, ...sampled]), []);
  });

  it("are none with a provider that no mesh declares", async () => {
    await setTracing({ ...deployed, providers: [{ name: "tempoo" }] }, undefined);
    const ids = await live.requests(20, shortPath);
    await setTracing(deployed, 100);
    assert.deepEqual(await live.found(ids), []);
  });

  it("are none from a namespace outside of the mesh", async () => {
    const namespace = "outside";
    const labels = { app: "details", version: "v1" };
    const image = "quay.io/maistra/examples-bookinfo-details-v1:2.4.0";
    const containers = [{ name: "details", image, ports: [{ containerPort: 9080 }] }];
    const template = { metadata: { labels: { ...labels, "sidecar.istio.io/inject": "true" } }, spec: { containers } };
    try {
      await live.cluster.apply(
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "details-v1", namespace },
          spec: { replicas: 1, selector: { matchLabels: labels }, template },
        },
      );
      await live.cluster.kubectl("rollout", "status", "deployment/details-v1", "-n", namespace, "--timeout=60s");
      await startDataPlane(live.name);
      const { metadata, status } = await live.pod(namespace, "app=details");
      const processes = await dataPlaneStatus(live.cluster.folder);
      const own = processes.map(({ name }) => name).filter((name) => name.startsWith(`${namespace}.${metadata.name}`));
      assert.deepEqual(own, [`${namespace}.${metadata.name}.details`], "it has another process than its own");
      const traceId = "0123456789abcdef0123456789abcdef";
      const headers = { "x-b3-traceid": traceId, "x-b3-spanid": traceId.slice(16), "x-b3-sampled": "1" };
      assert.equal(await request(`${status?.podIP}:9080`, "/details/0", headers), 200);
      assert.deepEqual(await live.found([traceId]), []);
    } finally {
      await live.cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait");
      await startDataPlane(live.name);
    }
    const left = (await dataPlaneStatus(live.cluster.folder)).filter(({ name }) => name.startsWith(`${namespace}.`));
    assert.deepEqual(left, [], "what is no longer deployed runs on");
  });

  it("show where a canary went", async () => {
    const canary = {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata: { name: "reviews-canary", namespace: "bookinfo" },
      spec: { hosts: ["reviews"], http: [{ route: [{ destination: { host: "reviews", subset: "v3" } }] }] },
    };
    const page = await live.pod("bookinfo", "app=productpage");
    try {
      await live.cluster.apply(canary);
      await live.proxyHas(page, "sends reviews to v3", (config) =>
        config.includes("outbound|9080|v3|reviews.bookinfo"),
      );
      for (const id of await live.requests(6, "/productpage")) {
        await until(`the trace ${id} reaches ratings`, async () => {
          const spans = await live.trace(id);
          const versions = spans
            .filter(({ service, kind }) => service === "reviews.bookinfo" && kind === "SERVER")
            .map(({ tags }) => tags["istio.canonical_revision"]);
          assert.ok(
            versions.every((version) => version === "v3"),
            versions.join(),
          );
          return versions.length > 0 && spans.some(({ service }) => service === "ratings.bookinfo");
        });
      }
    } finally {
      await live.cluster.kubectl("delete", "virtualservice", "reviews-canary", "-n", "bookinfo");
    }
  });

  it("show an injected fault, by status and flag", async () => {
    const fault = {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata: { name: "details-fault", namespace: "bookinfo" },
      spec: {
        hosts: ["details"],
        http: [
          {
            fault: { abort: { percentage: { value: 100 }, httpStatus: 418 } },
            route: [{ destination: { host: "details" } }],
          },
        ],
      },
    };
    const page = await live.pod("bookinfo", "app=productpage");
    try {
      await live.cluster.apply(fault);
      await live.proxyHas(page, "aborts requests to details", (config) => config.includes('"http_status":418'));
      const [id = ""] = await live.requests(1, "/productpage");
      let failed: Span | undefined;
      await until(`the trace ${id} has the call of details`, async () => {
        failed = (await live.trace(id)).find(
          ({ service, kind, tags }) =>
            service === "productpage.bookinfo" && kind === "CLIENT" && tags["http.url"]?.includes("/details/"),
        );
        return failed !== undefined;
      });
      assert.equal(failed?.tags["http.status_code"], "418");
      assert.equal(failed?.tags.response_flags, "FI");
    } finally {
      await live.cluster.kubectl("delete", "virtualservice", "details-fault", "-n", "bookinfo");
    }
  });

  describe("and their data plane", () => {
    /** A command of a user's, in a process of its own. */
    const command = (...args: string[]): ChildProcess =>
      spawn(process.execPath, ["--import", "tsx", "dataplane/cli.ts", ...args, "--name", live.name], {
        cwd: projectFolder,
        stdio: ["ignore", "pipe", "pipe"],
      });

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

    it("stay as they are in a second start", async () => {
      const before = await dataPlaneStatus(live.cluster.folder);
      await startDataPlane(live.name);
      assert.deepEqual(await dataPlaneStatus(live.cluster.folder), before);
    });

    it("leave nothing behind when they are stopped", async () => {
      assert.notDeepEqual(await left(), []);
      assert.equal(await stopDataPlane(live.name), true);
      assert.deepEqual(await left(), []);
      assert.equal(await stopDataPlane(live.name), false);
    });

    it("leave nothing behind when Ctrl-C ends their start", async () => {
      const start = command("start");
      const ended = once(start, "close");
      await says(start, "Tempo");
      start.kill("SIGINT");
      assert.deepEqual(await ended, [130, null]);
      assert.deepEqual(await left(), []);
    });

    it("come up again after a start that was killed", async () => {
      const start = command("start");
      const ended = once(start, "close");
      await says(start, "istiod");
      start.kill("SIGKILL");
      await ended;
      assert.notDeepEqual(await left(), []);
      await startDataPlane(live.name);
      const ids = await live.requests(3, shortPath);
      assert.deepEqual((await live.found(ids)).sort(), [...ids].sort());
    });

    it("end with their control plane", async () => {
      await live.cluster.restart();
      assert.deepEqual(await left(), []);
    });
  });
});
