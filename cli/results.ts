import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../cluster/interruption";
import { say } from "../cluster/progress";
import { Refused } from "../components/jobs/kialiApi.mjs";
import { ClusterError } from "../components/kubeconfig";
import { reportPage } from "../report/page";
import { verificationJunit } from "./verificationJunit";
import { verificationReport } from "./verificationReport";
import type { VerificationRun } from "./verificationRun";
import { verificationText } from "./verificationText";
import type { VerifyOptions } from "./verifyOptions";
import { userFile } from "./verifyOptions";

/** Where a command's words go; tests listen in. */
export interface Output {
  /** What it was asked for, to standard output. */
  readonly print: (text: string) => void;
  /** What happens meanwhile, to standard error. */
  readonly tell: (line: string) => void;
}

/** The process's own streams. */
export const processOutput: Output = { print: (text) => void process.stdout.write(text), tell: say };

/** Writes what a run found in every form that was asked for, and as text unless another form takes standard output. */
export async function writeResults(run: VerificationRun, options: VerifyOptions, output: Output): Promise<void> {
  const report = verificationReport(run);
  const results = [
    [options.json, () => `${JSON.stringify(report, undefined, 2)}\n`],
    [options.junit, () => verificationJunit(report)],
    [options.report, () => reportPage(run)],
  ] as const;
  for (const [file, text] of results) {
    if (file === "-") {
      output.print(text());
    } else if (file !== undefined) {
      await mkdir(path.dirname(userFile(file)), { recursive: true });
      await writeFile(userFile(file), text());
    }
  }
  if (!results.some(([file]) => file === "-")) {
    output.print(`${verificationText(report)}\n`);
  }
}

/**
 * Runs a command that judges traces.
 *
 * @returns its exit code: 2 where nothing could be judged, for the reason that it told
 */
export async function judging(output: Output, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof UserError || error instanceof ClusterError || error instanceof Refused) {
      output.tell(error.message);
      return 2;
    }
    throw error;
  }
}
