import { moduleManifests } from "../cluster/moduleManifests";
import { runCommand } from "../cluster/interruption";
import { projectFolder } from "../cluster/paths";
import { heading, step } from "../cluster/progress";
import { run, runAttached } from "../cluster/run";
import { ensureTools } from "../cluster/toolchain/build";
import { testTools } from "../cluster/toolchain/tools";
import { prepareToolset } from "../cluster/toolset";

/** What `npm test` runs: set-up, format, lint and types, then all tests. Arguments go to mocha (a file, `--grep`, …). */
async function main(): Promise<number> {
  const options = { cwd: projectFolder };
  heading("Set-up");
  await prepareToolset();
  await ensureTools(testTools);
  await moduleManifests();
  await step("npm run build -w policies", () => run("npm", ["run", "build", "-w", "policies"], options));

  const mochaArguments = process.argv.slice(2);
  // Whoever asks for one test wants its verdict only.
  const checks = mochaArguments.length === 0 ? await check(options) : 0;
  heading("Tests");
  const tests = await runAttached("npx", ["mocha", ...mochaArguments], options);
  return checks || tests;
}

/** Format, lint and types. Their failure does not keep the tests from telling theirs. */
async function check(options: { cwd: string }): Promise<number> {
  heading("Format, lint, types");
  return runAttached("npm", ["run", "-s", "check"], options);
}

runCommand(main);
