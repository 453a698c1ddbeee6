import { runCommand } from "../cluster/interruption";
import type { Output } from "./results";
import { judging, processOutput, writeResults } from "./results";
import { runVerification } from "./verificationRun";
import { flagsUsage } from "./verifyFlags";
import { parseOptions } from "./verifyOptions";

const usage = `Usage: npx mesh-tracing verify [options]
       npm run -s verify -- [options]

Asks Kiali for traces, as its own pages do, and judges them by the same checks as the verification job: are they there and
new, has each one root span, unbroken links, and spans of every expected service with its version. Where traces are
missing, looks in the cluster for the first broken link from Telemetry to Kiali.

Exit code 0 where all holds, 1 where something does not, 2 where that could not be judged, since Kiali
does not answer, say.

${flagsUsage}`;

/**
 * Judges traces.
 *
 * @param args the command line behind the command's name
 * @returns the exit code: 0 where all holds, 1 where something does not, 2 where nothing could be judged
 */
export async function verifyCommand(args: readonly string[], output: Output): Promise<number> {
  return judging(output, async () => {
    const parsed = parseOptions(args);
    if (parsed === undefined) {
      output.print(usage);
      return 0;
    }
    const { options } = parsed;
    const run = await runVerification(options, { everything: options.report !== undefined }, output.tell);
    await writeResults(run, options, output);
    return run.verification.passed ? 0 : run.verification.error === undefined ? 1 : 2;
  });
}

if (require.main === module) {
  runCommand(() => verifyCommand(process.argv.slice(2), processOutput));
}
