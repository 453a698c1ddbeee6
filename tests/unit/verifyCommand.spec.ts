import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { VerificationReport } from "../../cli/verificationReport";
import { reportCommand } from "../../cli/report";
import type { Output } from "../../cli/results";
import { verifyCommand } from "../../cli/verify";
import { bookinfoTrace, jaegerTrace } from "../helpers/bookinfoTraces";
import { runCli } from "../helpers/command";
import { withEnvironment } from "../helpers/environment";
import type { Answers } from "../helpers/fakeCluster";
import { FakeApiServer } from "../helpers/fakeCluster";
import { Folder } from "../helpers/folder";
import { Loopback } from "../helpers/loopback";
import { paths, telemetry, tracedCluster } from "../helpers/tracedCluster";

/** Kiali and the mesh's gateway in one server: a request to /productpage leaves a trace with the id it carries. */
class Mesh {
  readonly traces = new Map<string, object>();
  readonly requests: string[] = [];
  constructor(readonly server: Loopback) {}

  static async start({ tracing = true } = {}): Promise<Mesh> {
    const holder: { mesh?: Mesh } = {};
    const server = await Loopback.start((request, response) => {
      const mesh = holder.mesh!;
      const { pathname } = new URL(request.url!, "http://mesh");
      if (pathname === "/productpage") {
        mesh.requests.push(request.headers.host!);
        if (tracing) {
          mesh.add(request.headers["x-b3-traceid"] as string);
        }
        response.end("a page");
      } else if (pathname === "/api/namespaces/bookinfo/services/productpage/traces") {
        response.end(JSON.stringify({ data: [...mesh.traces.values()] }));
      } else if (pathname === "/api/tracing") {
        response.end('{"enabled":true}');
      } else {
        const trace = mesh.traces.get(pathname.split("/").at(-1)!);
        response.writeHead(trace === undefined ? 404 : 200).end(JSON.stringify({ data: trace }));
      }
    });
    holder.mesh = new Mesh(server);
    return holder.mesh;
  }

  /** A request that left a trace just now. */
  add(traceId: string): void {
    this.traces.set(traceId, jaegerTrace(bookinfoTrace({ traceId, startMs: Date.now() - 1_000, fromTraffic: true })));
  }
}

/** Runs the command, or another, in this process. */
async function run(
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  command: (args: readonly string[], output: Output) => Promise<number> = verifyCommand,
) {
  let stdout = "";
  let stderr = "";
  const output: Output = { print: (text) => (stdout += text), tell: (line) => (stderr += `${line}\n`) };
  const code = await withEnvironment({ KIALI_TOKEN: undefined, INIT_CWD: undefined, ...environment }, () =>
    command(args, output),
  );
  return { code, stdout, stderr };
}

describe("mesh-tracing verify", () => {
  let mesh: Mesh;
  let folder: Folder;
  let api: FakeApiServer | undefined;

  beforeEach(async () => {
    mesh = await Mesh.start();
    folder = new Folder();
  });
  afterEach(() => {
    mesh.server.stop();
    folder.remove();
    api?.stop();
    api = undefined;
  });

  /** Runs the command against the mesh, with the kubeconfig of the stand-in cluster where there is one. */
  const verify = (args: readonly string[]) =>
    run(["--kiali-url", mesh.server.url, ...(api ? ["--context", "a"] : []), ...args], {
      KUBECONFIG: api?.kubeconfig ?? path.join(folder.path, "none"),
      INIT_CWD: folder.path,
    });

  async function cluster(changes: Answers): Promise<void> {
    api = await FakeApiServer.start({ ...tracedCluster(), ...changes }, ["a"]);
  }

  it("judges recent traces, and says so for people, as JSON and as JUnit's XML", async () => {
    mesh.add("a".repeat(32));
    mesh.add("b".repeat(32));
    const { code, stdout, stderr } = await verify(["--json", "results/traces.json", "--junit", "traces.xml"]);
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /^✓ there is a trace or more: 2 traces, 1 wanted\n✓ the newest trace began at most 600 s ago/);
    assert.match(stdout, /\n\n2 traces found in Kiali, with spans of productpage\.bookinfo, .*\n$/);
    const report = JSON.parse(
      readFileSync(path.join(folder.path, "results", "traces.json"), "utf8"),
    ) as VerificationReport;
    assert.equal(report.version, 1);
    assert.equal(report.passed, true);
    assert.deepEqual(
      report.traces.map(({ id, spans, services }) => [id, spans, services.length]),
      [
        ["a".repeat(32), 8, 5],
        ["b".repeat(32), 8, 5],
      ],
    );
    assert.equal(report.chain, undefined, "the chain was looked at although all is well");
    const xml = readFileSync(path.join(folder.path, "traces.xml"), "utf8");
    assert.match(xml, /<testsuites name="mesh-tracing" tests="8" failures="0" errors="0" skipped="0"/);
  });

  it("writes JSON or XML alone to standard output where that is asked for", async () => {
    mesh.add("a".repeat(32));
    const json = await verify(["--json", "-"]);
    assert.equal((JSON.parse(json.stdout) as VerificationReport).passed, true);
    const xml = await verify(["--junit", "-"]);
    assert.match(xml.stdout, /^<\?xml [^]*<\/testsuites>\n$/);
  });

  it("sends requests and looks for their traces, measuring the first", async () => {
    const url = `${mesh.server.url}/productpage`;
    const { code, stdout, stderr } = await verify([
      ...["--send", "3", "--rate", "50", "--url", url, "--host", "book.example.test", "--json", "-"],
    ]);
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as VerificationReport;
    assert.deepEqual(
      mesh.requests,
      Array.from({ length: 3 }, () => "book.example.test"),
    );
    assert.deepEqual(new Set(report.traceIds), new Set(mesh.traces.keys()));
    assert.ok(report.firstTrace);
  });

  it("fails on traces that are missing, and says which link is broken", async () => {
    const typo = { providers: [{ name: "tmepo" }], randomSamplingPercentage: 100 };
    await cluster({ [paths.rootTelemetry]: { items: [telemetry("mesh-default", "istio-system", typo)] } });
    const { code, stdout, stderr } = await verify(["--trace", "c1", "--timeout", "1", "--junit", "traces.xml"]);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^✗ every request left a trace in Kiali: 1 of 1 trace not in Kiali\n {4}0{30}c1: not found\n/);
    assert.match(stdout, /\nFrom Telemetry to Kiali:\n✓ Telemetry: .*\n✗ extension provider: .*tmepo.*\n\n/);
    assert.match(stdout, /The first broken link is extension provider: .* Way out: mend the name in the Telemetry/);
    const xml = readFileSync(path.join(folder.path, "traces.xml"), "utf8");
    assert.match(xml, /<testsuite name="mesh-tracing\.chain" tests="2" failures="1"/);
  });

  it("tells apart that nothing could be judged", async () => {
    const gone = await Loopback.start(() => undefined);
    gone.stop();
    const unreachable = await run(["--kiali-url", gone.url, "--no-cluster", "--timeout", "1"]);
    assert.equal(unreachable.code, 2);
    assert.match(unreachable.stdout, /Kiali at http:.*: ECONNREFUSED after 1 s\.\n$/);
    assert.match(unreachable.stdout, /the cluster was not read: --no-cluster was given\n/);
    const nowhere = await run(["--no-cluster"]);
    assert.equal(nowhere.code, 2);
    assert.equal(
      nowhere.stderr,
      "where is Kiali? Name --kiali-url or --stack, or a cluster whose Route kiali tells (--context)\n",
    );
    const mistaken = await run(["--timeout", "0"]);
    assert.deepEqual(
      [mistaken.code, mistaken.stderr],
      [2, "--timeout is 0: a whole number from 1 to 3600 is allowed\n"],
    );
  });

  it("ends at once when the page does not answer, without a verdict on traces", async () => {
    const { code, stderr } = await verify(["--send", "1", "--url", "http://127.0.0.1:1/", "--timeout", "1"]);
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /no trace can be expected: request 1 of 1 to http:\/\/127\.0\.0\.1:1\/ still answered ECONNREFUSED after 2 s/,
    );
  });

  it("ends at once, with the way out, where this machine does not know a name", async () => {
    const page = await verify(["--send", "1", "--url", "http://page.invalid/", "--timeout", "3600"]);
    assert.deepEqual(
      [page.code, page.stderr],
      [
        2,
        "this machine does not know the name page.invalid: run this where the cluster's Routes are reached, or give an " +
          "address that this machine reaches by --url, and this name by --host\n",
      ],
    );
    const kiali = await run(["--no-cluster", "--kiali-url", "https://kiali.apps.mesh-tracing.local"]);
    assert.equal(kiali.code, 2);
    assert.match(
      kiali.stderr,
      /^this machine does not know the name kiali\.apps\.mesh-tracing\.local: no router serves .*npm run dataplane -- verify/,
    );
  });

  it("asks as whoever the environment or a file says, and shows the token nowhere", async () => {
    const seen: (string | undefined)[] = [];
    mesh.server.stop();
    mesh = new Mesh(
      await Loopback.start((request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(401).end("{}");
      }),
    );
    const file = folder.write("token", "from-file");
    for (const [args, environment] of [
      [[], { KIALI_TOKEN: "from-environment" }],
      [["--token-file", file], { KIALI_TOKEN: "from-environment" }],
    ] as const) {
      const { code, stdout, stderr } = await run(
        ["--kiali-url", mesh.server.url, "--no-cluster", ...args],
        environment,
      );
      assert.equal(code, 2);
      assert.equal(stderr, "Kiali refuses this token (401): {}\n");
      assert.ok(!/from-/.test(stdout + stderr));
    }
    assert.deepEqual(seen, ["Bearer from-environment", "Bearer from-file"]);
  });

  describe("with a report", () => {
    const report = (...args: string[]) =>
      run(
        ["--kiali-url", mesh.server.url, ...(api ? ["--context", "a"] : []), ...args],
        { KUBECONFIG: api?.kubeconfig ?? path.join(folder.path, "none"), INIT_CWD: folder.path },
        reportCommand,
      );
    const page = (name: string) => readFileSync(path.join(folder.path, name), "utf8");

    it("writes it beside the verdict, with the chain and the sampling although all is well", async () => {
      mesh.add("a".repeat(32));
      await cluster({});
      const { code, stdout, stderr } = await verify(["--report", "out/report.html"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /\nFrom Telemetry to Kiali:\n(✓ .*\n){7}/);
      assert.match(page("out/report.html"), /Effective sampling of each workload/);
    });

    it("is a command of its own, which ends well whatever is in the report", async () => {
      const { code, stderr } = await report("--trace", "c1", "--timeout", "1");
      assert.equal(code, 0);
      assert.match(stderr, /The report is .*\/mesh-tracing-report\.html\n$/);
      assert.match(page("mesh-tracing-report.html"), /0{30}c1<\/code> not found/);
    });

    it("goes to the file that is named, or to standard output", async () => {
      mesh.add("a".repeat(32));
      assert.equal((await report("named.html")).code, 0);
      assert.match(page("named.html"), /^<!doctype html>/);
      const { stdout } = await report("-");
      assert.match(stdout, /^<!doctype html>[^]*<\/html>\s*$/);
      const two = await report("one.html", "two.html");
      assert.deepEqual([two.code, two.stderr], [2, "one file is written, not one.html and two.html\n"]);
      assert.match((await report("--help")).stdout, /^Usage: npx mesh-tracing report \[file\]/);
    });
  });

  it("is reached by the name of the package", async function () {
    this.timeout(60_000);
    const help = await runCli("mesh-tracing.mjs", ["verify", "--help"]);
    assert.equal(help.code, 0, help.stderr);
    assert.match(help.stdout, /^Usage: npx mesh-tracing verify \[options\]/);
    const unknown = await runCli("mesh-tracing.mjs", ["constructor"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /^there is no command constructor\n\nUsage: /);
    const commands = [...unknown.stderr.matchAll(/^ {2}(\w+) /gm)].map(([, command]) => command);
    assert.ok(commands.length >= 2);
    commands.forEach((command) => assert.ok(existsSync(path.join(__dirname, "..", "..", "cli", `${command}.ts`))));
  });
});
