import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { runCommand, UserError } from "../cluster/interruption";
import { say } from "../cluster/progress";
import { Refused } from "../components/jobs/kialiApi.mjs";
import { ClusterError } from "../components/kubeconfig";
import { flagsUsage } from "./verifyFlags";
import type { VerifyOptions } from "./verifyOptions";
import { parseOptions, userFile } from "./verifyOptions";
import { verificationJunit } from "./verificationJunit";
import { verificationReport } from "./verificationReport";
import type { VerificationRun } from "./verificationRun";
import { runVerification } from "./verificationRun";
import { verificationText } from "./verificationText";

const usage = `Usage: npx mesh-tracing verify [options]
       npm run -s verify -- [options]

Asks Kiali for traces, as its own pages do, and judges them by the same checks as the verification job: are they there and
new, has each one root span, unbroken links, and spans of every expected service with its version. Where traces are
missing, looks in the cluster for the first broken link from Telemetry to Kiali.

Exit code 0 where all holds, 1 where something does not, 2 where that could not be judged, since Kiali
does not answer, say.

${flagsUsage}`;

/** Where a command's words go; tests listen in. */
export interface Output {
  /** What it was asked for, to standard output. */
  readonly print: (text: string) => void;
  /** What happens meanwhile, to standard error. */
  readonly tell: (line: string) => void;
}

/** The process's own streams. */
export const processOutput: Output = { print: (text) => void process.stdout.write(text), tell: say };

/** Writes the results of a run in every form that was asked for. */
export async function writeResults(run: VerificationRun, options: VerifyOptions, output: Output): Promise<void> {
  const report = verificationReport(run);
  const results = [
    [options.json, () => `${JSON.stringify(report, undefined, 2)}\n`],
    [options.junit, () => verificationJunit(report)],
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
 * Judges traces.
 *
 * @param args the command line behind the command's name
 * @returns the exit code: 0 where all holds, 1 where something does not, 2 where nothing could be judged
 */
export async function verifyCommand(args: readonly string[], output: Output): Promise<number> {
  try {
    const parsed = parseOptions(args);
    if (parsed === undefined) {
      output.print(usage);
      return 0;
    }
    const run = await runVerification(parsed.options, { everything: false }, output.tell);
    await writeResults(run, parsed.options, output);
    return run.verification.passed ? 0 : run.verification.error === undefined ? 1 : 2;
  } catch (error) {
    if (error instanceof UserError || error instanceof ClusterError || error instanceof Refused) {
      output.tell(error.message);
      return 2;
    }
    throw error;
  }
}

if (require.main === module) {
  runCommand(() => verifyCommand(process.argv.slice(2), processOutput));
}
