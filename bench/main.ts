import { availableParallelism, loadavg, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { EmbeddedStack } from "../cli/embeddedStack";
import { start, stop } from "../cluster/controlPlane";
import type { ControlPlaneFolder } from "../cluster/folder";
import { runCommand, UserError } from "../cluster/interruption";
import { Kubectl } from "../cluster/kubectl";
import { projectFolder } from "../cluster/paths";
import { step } from "../cluster/progress";
import { run } from "../cluster/run";
import { prepareToolset } from "../cluster/toolset";
import { startDataPlane } from "../dataplane/dataPlane";
import { requireHost } from "../dataplane/hostRequirements";
import { PodNetwork } from "../dataplane/network";
import { preparePrograms } from "../dataplane/programs";
import { writeResults } from "./document";
import { KubectlBaseline, renderedObjects } from "./kubectlBaseline";
import { inTurn, peakMemory, secondsOf, type Timings } from "./measure";
import { measurePack, type PackCost } from "./packCost";
import { renderPackCost, renderResults, type MemberTimings, type Operation, type Results } from "./results";
import { TracedMesh } from "./traceCost";
import { renderTraceResults, type TraceResults } from "./traceResults";

const usage = `Usage: npm run bench -- [options]

Measures the dev stack on an embedded control plane of its own against a Pulumi program without resources and against
kubectl with the same objects. Keep the machine idle meanwhile; with the default number of runs it takes a quarter of an hour.

Options
  --runs <number>    how often each thing is measured (default: 5)
  --members <list>   counts of member namespaces to preview with (default: 10,100,1000)
  --pack             measure the policy pack alone, without a control plane: half a minute
  --traces           measure real traces instead: spans accepted end to end, and what tracing adds to a request; five
                     minutes, on Linux as root (docs/traces.md)
  --write            put the results into docs/benchmarks.md
  -h, --help         show this
`;

const controlPlane = "bench";
const policies = ["--policy-pack", path.join(projectFolder, "policies")];
const update = ["up", "--yes", "--skip-preview"];

/** Runs a pulumi command that must succeed. */
async function pulumi(stack: EmbeddedStack, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await stack.pulumi(args);
  if (code !== 0) {
    throw new UserError(`pulumi ${args.join(" ")} ended with exit code ${code}:\n${stdout}${stderr}`);
  }
  return stdout;
}

/** The whole life of a stack, measured: its previews before anything exists, its first `up`, what follows, its end. */
interface Life {
  readonly preview: Timings;
  readonly previewWithPolicies: Timings;
  readonly up: Timings;
  readonly unchangedPreview: Timings;
  readonly unchangedUp: Timings;
  readonly unchangedUpWithPolicies: Timings;
  readonly destroy: Timings;
}

async function measureLives(
  runs: number,
  stacks: Readonly<Record<"stack" | "empty", EmbeddedStack>>,
): Promise<Record<"stack" | "empty", Life>> {
  const both = async (title: string, times: number, ...args: string[]) =>
    step(title, () =>
      inTurn(times, {
        empty: () => pulumi(stacks.empty, ...args),
        stack: () => pulumi(stacks.stack, ...args),
      }),
    );
  // The first run fills caches that every later one has.
  await both("warming up", 1, "preview", ...policies);
  const preview = await both("preview", runs, "preview");
  const previewWithPolicies = await both("preview with policies", runs, "preview", ...policies);
  const up: Record<"stack" | "empty", Timings>[] = [];
  const destroy: Record<"stack" | "empty", Timings>[] = [];
  let unchanged: Record<string, Record<"stack" | "empty", Timings>> = {};
  for (let index = 1; index <= runs; index++) {
    up.push(await both(`first up (${index} of ${runs})`, 1, ...update));
    if (index === runs) {
      unchanged = {
        preview: await both("preview, no changes", runs, "preview", "--expect-no-changes"),
        up: await both("up, no changes", runs, ...update, "--expect-no-changes"),
        upWithPolicies: await both("up with policies, no changes", runs, ...update, "--expect-no-changes", ...policies),
      };
    }
    destroy.push(await both(`destroy (${index} of ${runs})`, 1, "destroy", "--yes", "--skip-preview"));
  }
  const life = (of: "stack" | "empty"): Life => ({
    preview: preview[of],
    previewWithPolicies: previewWithPolicies[of],
    up: up.flatMap((timings) => timings[of]),
    unchangedPreview: unchanged.preview![of],
    unchangedUp: unchanged.up![of],
    unchangedUpWithPolicies: unchanged.upWithPolicies![of],
    destroy: destroy.flatMap((timings) => timings[of]),
  });
  return { stack: life("stack"), empty: life("empty") };
}

/** kubectl with the objects of the deployed stack; the stack itself is destroyed first. */
async function measureKubectl(
  runs: number,
  folder: ControlPlaneFolder,
  objects: ReturnType<typeof renderedObjects>,
): Promise<Record<"apply" | "unchanged" | "delete", Timings>> {
  const baseline = new KubectlBaseline(new Kubectl(await prepareToolset(), folder), objects);
  const timings: Record<"apply" | "unchanged" | "delete", number[]> = { apply: [], unchanged: [], delete: [] };
  for (let index = 1; index <= runs; index++) {
    await step(`kubectl (${index} of ${runs})`, async () => {
      timings.apply.push(await secondsOf(() => baseline.apply()));
      timings.unchanged.push(await secondsOf(() => baseline.apply()));
      timings.delete.push(await secondsOf(() => baseline.delete()));
    });
  }
  return timings;
}

async function measureMembers(
  runs: number,
  folder: ControlPlaneFolder,
  counts: readonly number[],
): Promise<MemberTimings[]> {
  const results: MemberTimings[] = [];
  const warmUp = await EmbeddedStack.prepare(folder, projectFolder, "dev");
  await step("warming up a new control plane", () => pulumi(warmUp, "preview", ...policies));
  for (const count of counts) {
    const extra = Array.from({ length: count - 2 }, (_, index) => `team-${String(index + 1).padStart(4, "0")}`);
    const members = ["tracing-system", "bookinfo", ...extra];
    const stack = await EmbeddedStack.prepare(folder, projectFolder, "dev", { members });
    const { preview, withPolicies } = await step(`preview with ${count} members`, () =>
      inTurn(runs, {
        preview: () => pulumi(stack, "preview"),
        withPolicies: () => pulumi(stack, "preview", ...policies),
      }),
    );
    results.push({ members: count, preview, withPolicies });
  }
  return results;
}

async function describeMachine(): Promise<string[]> {
  const [pulumiVersion, goVersion] = await Promise.all([
    run((await prepareToolset()).program("pulumi"), ["version"]),
    run("go", ["version"]).catch(() => "go not found"),
  ]);
  return [
    `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform} ${process.arch}; load ${loadavg()[0]!.toFixed(1)} before the start.`,
    `Node.js ${process.version}, ${/go\d[\d.]*/.exec(goVersion)?.[0] ?? goVersion}, Pulumi ${pulumiVersion.trim()}.`,
  ];
}

function operations(
  { stack, empty }: Record<"stack" | "empty", Life>,
  kubectl: Record<"apply" | "unchanged" | "delete", Timings>,
): Operation[] {
  const of = (key: keyof Life) => ({ stack: stack[key], empty: empty[key] });
  return [
    { name: "preview, nothing deployed", ...of("preview"), floor: 2 },
    // Both are compared with the empty program alone: what the pack costs is part of the ratio.
    { name: "the same with policies", stack: stack.previewWithPolicies, empty: empty.preview, floor: 2.5 },
    { name: "first up", ...of("up"), kubectl: kubectl.apply },
    { name: "preview, no changes", ...of("unchangedPreview") },
    { name: "up, no changes", ...of("unchangedUp"), kubectl: kubectl.unchanged, floor: 3 },
    { name: "the same with policies", stack: stack.unchangedUpWithPolicies, empty: empty.unchangedUp },
    { name: "destroy", ...of("destroy"), kubectl: kubectl.delete },
  ];
}

/** How many resources the pack is measured with. */
const packResources = 500;

async function measureBuiltPack(runs: number): Promise<PackCost> {
  await step("building the policy pack", () => run("npm", ["run", "build", "-w", "policies"], { cwd: projectFolder }));
  return step(`the policy pack on ${packResources} resources`, () => measurePack(runs, packResources));
}

async function measure(runs: number, counts: readonly number[]): Promise<Results> {
  const machine = await describeMachine();
  const pack = await measureBuiltPack(runs);
  // What an interrupted run left would be measured as well.
  await stop(controlPlane, { deleteData: true });
  const folder = await start(controlPlane);
  const empty = await EmbeddedStack.prepare(folder, path.join(projectFolder, "bench", "empty"), "dev");
  const members = await measureMembers(runs, folder, counts);
  const stack = await EmbeddedStack.prepare(folder, projectFolder, "dev");
  const lives = await measureLives(runs, { stack, empty });
  const [preview, up] = await step("memory", async () => [
    await peakMemory(() => pulumi(stack, "preview", ...policies)),
    await peakMemory(() => pulumi(stack, ...update, ...policies)),
  ]);
  const objects = renderedObjects(await stack.exportState());
  await step("destroy", () => pulumi(stack, "destroy", "--yes", "--skip-preview"));
  const kubectl = await measureKubectl(runs, folder, objects);
  const previews = { preview: lives.stack.preview, withPolicies: lives.stack.previewWithPolicies };
  return { machine, runs, operations: operations(lives, kubectl), members, pack, previews, memory: { preview, up } };
}

/** Spans and latency with the pods run for real. */
async function measureTraces(runs: number): Promise<TraceResults> {
  const { toolset } = await preparePrograms();
  const machine = await describeMachine();
  await stop(controlPlane, { deleteData: true });
  const folder = await start(controlPlane);
  const stack = await EmbeddedStack.prepare(folder, projectFolder, "dev");
  await step("first up", () => pulumi(stack, ...update));
  const readySeconds = await secondsOf(() => startDataPlane(controlPlane));
  const mesh = await TracedMesh.open(new Kubectl(toolset, folder), new PodNetwork(folder.root));
  return { machine, runs, readySeconds, ...(await mesh.measure(runs)) };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "5" },
      members: { type: "string", default: "10,100,1000" },
      pack: { type: "boolean", default: false },
      traces: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const runs = Number(values.runs);
  const counts = values.members.split(",").map(Number);
  if (!Number.isInteger(runs) || runs < 1 || !counts.every((count) => Number.isInteger(count) && count >= 2)) {
    throw new UserError(`--runs wants a number from 1, --members numbers from 2 with commas between\n\n${usage}`);
  }
  if (values.pack) {
    console.log(`\n${renderPackCost(await measureBuiltPack(runs))}`);
    return 0;
  }
  if (values.traces) await requireHost();
  try {
    const text = values.traces
      ? renderTraceResults(await measureTraces(runs))
      : renderResults(await measure(runs, counts));
    console.log(`\n${text}`);
    if (values.write) {
      await writeResults(values.traces ? "traces" : "stack", text);
    }
    return 0;
  } finally {
    await stop(controlPlane, { deleteData: true });
  }
}

runCommand(main);
