import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { Folder } from "./folder";
import { root } from "./program";

/** How a job's script ended. */
export interface Ended {
  readonly code: number | null;
  /** Its log. */
  readonly output: string;
  /** What it left as the pod's termination message; undefined for nothing. */
  readonly termination: string | undefined;
  /** How long it took, in milliseconds. */
  readonly took: number;
}

/** The scripts as they stand in the project. */
const jobs = path.join(root, "components", "jobs");

/**
 * Runs a script as a pod does: as the only process, with its settings in the environment.
 *
 * @param from folder with the script and what it imports; `components/jobs` by default.
 */
export async function runJobScript(
  script: string,
  environment: Record<string, string>,
  from: string = jobs,
): Promise<Ended> {
  const folder = new Folder();
  const log = path.join(folder.path, "termination-log");
  const started = Date.now();
  const child = spawn(process.execPath, [path.join(from, script)], {
    env: { TERMINATION_LOG: log, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const termination = existsSync(log) ? readFileSync(log, "utf8") : undefined;
  folder.remove();
  return { code, output, termination, took: Date.now() - started };
}
