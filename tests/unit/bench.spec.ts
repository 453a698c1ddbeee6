import assert from "node:assert/strict";
import type { Kubectl } from "../../cluster/kubectl";
import { KubectlBaseline, renderedObjects, type RenderedObject } from "../../bench/kubectlBaseline";
import { withResults } from "../../bench/document";
import { inTurn, median, memoryByRole, peakMemory, percentile } from "../../bench/measure";
import { stateOf } from "../../bench/packCost";
import { perExtraMember, ratio, renderPackCost, renderResults } from "../../bench/results";
import { renderTraceResults } from "../../bench/traceResults";

describe("the benchmark", () => {
  it("takes medians, which one slow run does not move", () => {
    assert.equal(median([3, 1, 100]), 3);
    assert.equal(median([4, 1, 2, 100]), 3);
    assert.equal(ratio([2, 6, 4], [1, 2, 3]), 2);
  });

  it("takes percentiles from what was measured", () => {
    const values = Array.from({ length: 20 }, (_, index) => 20 - index);
    assert.deepEqual([percentile(values, 50), percentile(values, 95), percentile(values, 100)], [10, 19, 20]);
    assert.equal(percentile([7], 1), 7);
  });

  it("runs what it compares in turn", async () => {
    const order: string[] = [];
    const note = (name: string) => () => Promise.resolve(order.push(name));
    const timings = await inTurn(2, { empty: note("empty"), stack: note("stack") });
    assert.deepEqual(order, ["empty", "stack", "empty", "stack"]);
    assert.deepEqual([timings.empty.length, timings.stack.length], [2, 2]);
  });

  it("tells what each further member costs", () => {
    const at = (members: number, ...preview: number[]) => ({ members, preview });
    assert.deepEqual(perExtraMember([at(10, 1), at(110, 2), at(1110, 22)]), [10, 20]);
  });

  describe("of memory", () => {
    const folder = "/p/node_modules/@pulumi/pulumi/cmd";
    const row = (pid: number, parent: number, memory: number, command: string) => ({ pid, parent, memory, command });
    const rows = [
      row(1, 0, 1, "/sbin/init"),
      row(10, 1, 50, "node bench/main.ts"),
      row(11, 10, 60, "/n/bin/node /p/cluster/pulumi.mjs /b/pulumi preview --stack dev"),
      row(12, 11, 190, "/b/pulumi preview --stack dev --policy-pack policies"),
      row(13, 12, 30, "/b/pulumi-language-nodejs 127.0.0.1:44961"),
      row(14, 13, 120, `/n/bin/node ${folder}/run-plugin/index.js /p/policies 127.0.0.1:44961`),
      row(15, 13, 320, `/n/bin/node ${folder}/run/index.js --monitor 127.0.0.1:38531 .`),
      row(16, 12, 130, "/h/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes 127.0.0.1:44961"),
      row(17, 1, 999, "/h/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes 127.0.0.1:1"),
    ];

    it("tells program, pack, engine and provider apart, and leaves others' out", () => {
      assert.deepEqual(Object.fromEntries(memoryByRole(rows, 10)), {
        "engine (pulumi)": 190,
        "language host": 30,
        "policy pack (Node.js)": 120,
        "program (Node.js)": 320,
        "Kubernetes provider": 130,
      });
    });

    it("watches only while the work goes on, also where it fails", async () => {
      assert.ok((await peakMemory(() => Promise.resolve())) instanceof Map);
      await assert.rejects(
        peakMemory(() => Promise.reject(new Error("no"))),
        /^Error: no$/,
      );
    });
  });

  describe("by kubectl", () => {
    const secret = (value: unknown) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: JSON.stringify(value),
    });
    const object = (kind: string, namespace: string | undefined, name: string): RenderedObject => ({
      apiVersion: "v1",
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }) },
    });
    const commands: string[] = [];
    const kubectl = {
      apply: (_source: string[], input: string) => {
        const { items } = JSON.parse(input) as { items: RenderedObject[] };
        commands.push(`apply ${items.map(({ kind }) => kind).join(" ")}`.trim());
        return Promise.resolve("");
      },
      run: (args: string[], input?: string) => {
        const items = input === undefined ? [] : (JSON.parse(input) as { items: RenderedObject[] }).items;
        commands.push([args[0], ...items.map(({ kind }) => kind)].join(" "));
        return Promise.resolve("");
      },
    } as unknown as Kubectl;

    beforeEach(() => (commands.length = 0));

    it("has the objects that Pulumi's state has, secrets in plain text", () => {
      const resources = [
        { type: "pulumi:pulumi:Stack" },
        { type: "random:index/randomPassword:RandomPassword", inputs: { length: 20 } },
        { type: "kubernetes:core/v1:Secret", inputs: { kind: "Secret", stringData: secret({ user: "u" }) } },
      ];
      assert.deepEqual(renderedObjects(JSON.stringify({ deployment: { resources } })), [
        { kind: "Secret", stringData: { user: "u" } },
      ]);
    });

    it("applies a layer when the one before is ready, and deletes them the other way round", async () => {
      const baseline = new KubectlBaseline(kubectl, [
        object("ServiceMeshControlPlane", "istio-system", "istio-system"),
        object("TempoStack", "tracing-system", "simplest"),
        object("Namespace", undefined, "tracing-system"),
      ]);
      await baseline.apply();
      const filled = commands.filter((command) => /^apply .|^wait/.test(command));
      assert.deepEqual(filled.slice(0, 5), [
        "apply Namespace",
        "wait",
        "apply TempoStack",
        "wait",
        "apply ServiceMeshControlPlane",
      ]);
      commands.length = 0;
      await baseline.delete();
      assert.deepEqual(
        commands.filter((command) => command !== "delete"),
        ["delete ServiceMeshControlPlane", "delete TempoStack", "delete Namespace"],
      );
    });

    it("refuses an object that it has no layer for, since the comparison would be unfair", () => {
      assert.throws(
        () => new KubectlBaseline(kubectl, [object("Widget", "elsewhere", "w")]),
        /no layer takes Widget w/,
      );
    });
  });

  it("marks a ratio above the floor", () => {
    const text = renderResults({
      machine: ["2 cores"],
      runs: 1,
      operations: [
        { name: "fast", stack: [2], empty: [1], floor: 2 },
        { name: "slow", stack: [2.1], empty: [1], floor: 2, kubectl: [4.2] },
      ],
      members: [
        { members: 10, preview: [1], withPolicies: [2] },
        { members: 20, preview: [1.1], withPolicies: [2.2] },
        { members: 30, preview: [1.2], withPolicies: [2.41] },
      ],
      pack: { resources: 500, rules: 9, empty: [1], pack: [1.5, 2.5, 9] },
      previews: { preview: [3], withPolicies: [4] },
      memory: { preview: new Map([["program (Node.js)", 320]]), up: new Map() },
    });
    assert.match(text, /^\| fast \| 2\.00 .* \| 2\.00 × \| ✓ ≤ 2 × \|/m);
    assert.match(text, /^\| slow \| 2\.10 .* \| 2\.10 × \| ✗ ≤ 2 × \| 4\.20 .* \| 0\.50 × \|$/m);
    assert.match(text, /^\| 20 \| 1\.10 .* \| 10\.0 ms \| 2\.20 .* \| 20\.0 ms \|$/m);
    assert.match(text, /^\| 30 \| 1\.20 .* \| ✓ 10\.0 ms \| 2\.41 .* \| ✗ 21\.0 ms \|$/m);
    assert.match(text, /^\| 500 resources judged by 9 rules.* \| 1\.00 .* \| 2\.50 .* \| 1\.50 s \| ✗ ≤ 1 s \|$/m);
    assert.match(text, /^\| preview of the dev stack \| 3\.00 .* \| 4\.00 .* \| 25 % \| ✓ ≤ 40 % \|$/m);
    assert.match(text, /^\| program \(Node\.js\) \| 320 \| {2}\|$/m);
  });

  it("tells the pack's cost alone where no preview was measured", () => {
    const text = renderPackCost({ resources: 500, rules: 9, empty: [1], pack: [2] });
    assert.match(text, /\| 1\.00 s \| ✓ ≤ 1 s \|$/);
    assert.doesNotMatch(text, /preview/);
  });

  it("judges a stack of any size, with one mesh and no name twice", () => {
    const golden = [
      { type: "mesh-tracing:mesh:MaistraMesh", name: "mesh", inputs: {} },
      { type: "kubernetes:maistra.io/v2:ServiceMeshControlPlane", name: "plane", inputs: { metadata: { name: "p" } } },
      { type: "kubernetes:core/v1:Pod", name: "a", inputs: { metadata: { name: "a", namespace: "n" }, spec: 1 } },
      { type: "kubernetes:core/v1:Pod", name: "b", inputs: { metadata: { name: "b" } } },
    ];
    const resourcesOf = (count: number) =>
      (stateOf(golden, count) as { deployment: { resources: { urn: string; type: string; inputs: object }[] } })
        .deployment.resources;
    const resources = resourcesOf(7);
    assert.equal(resources.length, 7);
    assert.equal(new Set(resources.map(({ urn }) => urn)).size, 7);
    assert.equal(resources.filter(({ type }) => type.includes("ControlPlane")).length, 1);
    assert.deepEqual(resources[3]!.inputs, { metadata: { name: "a-copy-0", namespace: "n" }, spec: 1 });
    assert.equal(resourcesOf(2).length, 2);
  });

  describe("of traces", () => {
    const throughput = {
      path: "through the mesh",
      seconds: 20,
      traces: 1000,
      refused: 7,
      acceptedMeanwhile: 3990,
      accepted: 3998,
      expected: 4000,
      looked: 100,
      missing: 1,
    };
    const latencies = [
      { sampling: 0, milliseconds: [4, 5, 6, 10] },
      { sampling: 100, milliseconds: [5, 6, 7, 20] },
    ];
    const render = (readySeconds: number) =>
      renderTraceResults({ machine: ["2 cores"], runs: 1, readySeconds, throughputs: [throughput], latencies });

    it("counts what is lost, and spans a second while the load lasts", () => {
      assert.match(render(20), /^\| through the mesh \| 1000 \| 50 \| 7 \| 200 \| 3998 of 4000 \| 2 \| 100 \| 1 \|$/m);
    });

    it("compares each sampling with none, for each hop", () => {
      assert.match(render(20), /^\| 0 % \| 4 \| 5\.00 \| 1\.00 × \| {2}\| 10\.00 \| 1\.00 × \| {2}\|$/m);
      assert.match(render(20), /^\| 100 % \| 4 \| 6\.00 \| 1\.20 × \| 0\.250 \| 20\.00 \| 2\.00 × \| 2\.500 \|$/m);
    });

    it("marks a data plane that is late", () => {
      assert.match(render(60), /ready after 60 s \(✓ ≤ 60 s\)/);
      assert.match(render(61), /ready after 61 s \(✗ ≤ 60 s\)/);
    });
  });

  it("puts results in their place and leaves the others", () => {
    const place = (of: string, mark: string, text: string) =>
      `<!-- results: npm run bench --${of} --write -->\n\n${text}\n<!-- end of results${mark} -->\n`;
    const page = (stack: string, traces: string) => place("", "", stack) + place(" --traces", " of traces", traces);
    assert.equal(withResults(page("old", "t"), "stack", "new"), page("new", "t"));
    assert.equal(withResults(page("s", "old"), "traces", "new"), page("s", "new"));
    assert.throws(() => withResults("# Benchmarks", "traces", "new"), /has no lines .*--traces/);
  });
});
