import { runCommand, UserError } from "../cluster/interruption";
import type { Output } from "./results";
import { judging, processOutput, writeResults } from "./results";
import { runVerification } from "./verificationRun";
import { flagsUsage } from "./verifyFlags";
import { parseOptions, userFile } from "./verifyOptions";

const usage = `Usage: npx mesh-tracing report [file] [options]
       npm run -s report -- [file] [options]

Does what verify does, and writes what it found into one HTML file that needs no network: what failed and why, the service
graph, latencies, the effective sampling of each hop, and traces span by span.

The file is mesh-tracing-report.html unless another is named. Exit code 0 once it is written, whatever is in it; 2 where
there was nothing to write.

${flagsUsage}`;

const defaultFile = "mesh-tracing-report.html";

/**
 * Writes the report.
 *
 * @param args the command line behind the command's name
 * @returns the exit code: 0 where the report is written, 2 where nothing could be judged
 */
export async function reportCommand(args: readonly string[], output: Output): Promise<number> {
  return judging(output, async () => {
    const parsed = parseOptions(args, true);
    if (parsed === undefined) {
      output.print(usage);
      return 0;
    }
    const [named, ...others] = parsed.positionals;
    if (others.length > 0) {
      throw new UserError(`one file is written, not ${[named, ...others].join(" and ")}`);
    }
    const report = named ?? parsed.options.report ?? defaultFile;
    const run = await runVerification(parsed.options, { everything: true }, output.tell);
    await writeResults(run, { ...parsed.options, report }, output);
    if (report !== "-") {
      output.tell(`The report is ${userFile(report)}`);
    }
    return 0;
  });
}

if (require.main === module) {
  runCommand(() => reportCommand(process.argv.slice(2), processOutput));
}
