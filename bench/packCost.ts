import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { projectFolder, temporaryFolder } from "../cluster/paths";
import { tryRun } from "../cluster/run";
import { prepareToolset } from "../cluster/toolset";
import { rules } from "../policies/rules";
import { inTurn, type Timings } from "./measure";

/** A resource as the golden file of a stack has it. */
export interface GoldenResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What the engine takes to judge so many resources by a pack: its start and the judgement, without any program. */
export interface PackCost {
  readonly resources: number;
  readonly rules: number;
  /** With a pack that has no rules. */
  readonly empty: Timings;
  readonly pack: Timings;
}

/** The mesh itself: a stack has one, however many workloads it has. */
const once = /^kubernetes:(maistra\.io|kiali\.io|telemetry\.istio\.io)\//;

/**
 * The state of a stack with so many Kubernetes objects: those of a stack of this project, and copies of all but the mesh
 * itself under other names.
 */
export function stateOf(golden: readonly GoldenResource[], count: number): object {
  const objects = golden.filter(({ type }) => type.startsWith("kubernetes:"));
  const copied = objects.filter(({ type }) => !once.test(type));
  const copies = Array.from({ length: Math.max(0, count - objects.length) }, (_, index) => {
    const { type, name, inputs } = copied[index % copied.length]!;
    const metadata = inputs["metadata"] as { name?: string } | undefined;
    const suffix = `copy-${index}`;
    const renamed = { ...inputs, metadata: { ...metadata, name: `${metadata?.name}-${suffix}` } };
    return { type, name: `${name}-${suffix}`, inputs: renamed };
  });
  const resources = [...objects.slice(0, count), ...copies].map(({ type, name, inputs }) => {
    const urn = `urn:pulumi:dev::mesh-tracing::${type}::${name}`;
    return { urn, custom: true, id: name, type, inputs, outputs: inputs };
  });
  const manifest = { time: "2026-01-01T00:00:00Z", magic: "", version: "" };
  return { version: 3, deployment: { manifest, resources } };
}

/** Measures the pack against one without rules, on a state with so many resources. */
export async function measurePack(runs: number, count: number): Promise<PackCost> {
  const toolset = await prepareToolset();
  const folder = await mkdtemp(path.join(temporaryFolder, "bench-"));
  try {
    const golden = await readFile(path.join(projectFolder, "tests/golden/dev.json"), "utf8");
    const state = path.join(folder, "state.json");
    await writeFile(state, JSON.stringify(stateOf(JSON.parse(golden) as GoldenResource[], count)));
    const bin = [toolset.bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter);
    const env = { ...process.env, PATH: bin, PULUMI_HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const analyze = (pack: string) => async () => {
      const args = ["policy", "analyze", "--json", "--non-interactive", "--file", state, "--policy-pack", pack];
      const { stdout, stderr } = await tryRun("pulumi", args, { env });
      if (!stdout.includes('"summaryEvent"')) {
        throw new Error(`pulumi policy analyze failed: ${stderr}`);
      }
    };
    const work = {
      empty: analyze(path.join(projectFolder, "bench/emptyPack")),
      pack: analyze(path.join(projectFolder, "policies")),
    };
    // The first run fills caches that every later one has.
    await inTurn(1, work);
    return { resources: count, rules: rules.length, ...(await inTurn(runs, work)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
