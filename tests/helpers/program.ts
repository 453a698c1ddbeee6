import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Answers } from "./fakeCluster";
import { deployedCluster, FakeApiServer } from "./fakeCluster";
import type { MockRun, Recorder } from "./mocks";
import { runMocked } from "./mocks";

/** The project's folder. */
export const root = path.join(__dirname, "..", "..");

/** Config of a committed stack file, in the form in which the engine hands it to the program. */
export function stackConfig(stack: string): Record<string, string> {
  const file = parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** How to run the whole program under mocks. */
export interface ProgramRun extends Omit<MockRun, "stack"> {
  readonly stack: string;
  /** What the stand-in API server answers; by default that all operators have finished. */
  readonly answers?: Answers;
}

/** Runs index.ts under mocks, against a stand-in API server, with the config of a committed stack by default. */
export async function runProgram(recorder: Recorder, run: ProgramRun): Promise<unknown> {
  const answers = run.answers ?? deployedCluster(() => kialiSettings(recorder));
  const api = await FakeApiServer.start(answers, ["mesh-tracing-embedded", "staging", "prod"]);
  const kubeconfig = process.env.KUBECONFIG;
  process.env.KUBECONFIG = api.kubeconfig;
  try {
    return await runMocked(recorder, { ...run, config: run.config ?? stackConfig(run.stack) }, async () => {
      const module = path.join(root, "index.ts");
      delete require.cache[module];
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      return (require(module) as () => Promise<unknown>)();
    });
  } finally {
    process.env.KUBECONFIG = kubeconfig;
    api.stop();
  }
}

/** The digest that the program gave Kiali's operator to put on the pods. */
function kialiSettings(recorder: Recorder): string | undefined {
  const patch = recorder.resources.find(({ name }) => name === "kiali-tracing");
  const spec = patch?.inputs.spec as { deployment: { pod_annotations: Record<string, string> } } | undefined;
  return Object.values(spec?.deployment.pod_annotations ?? {})[0];
}
