import path from "node:path";
import { interrupted, runCommand } from "../cluster/interruption";
import { moduleManifests } from "../cluster/moduleManifests";
import { cacheFolder, projectFolder } from "../cluster/paths";
import { heading, step } from "../cluster/progress";
import { run, runAttached, tryRun } from "../cluster/run";
import { ensureTools } from "../cluster/toolchain/build";
import { testTools } from "../cluster/toolchain/tools";
import { prepareToolset } from "../cluster/toolset";
import { missingRequirements } from "../dataplane/hostRequirements";
import { preparePrograms } from "../dataplane/programs";
import { stopAbandoned } from "./helpers/liveCluster";

/** Two halves that run beside each other: those on control planes and those with real traces wait most of their time. */
const halves = ["tests/!(dataplane|policies)/**/*.spec.ts", "tests/{policies,dataplane}/**/*.spec.ts"] as const;

/** What `npm test` runs: set-up, format, lint and types, then the tests. Arguments go to mocha (a file, `--grep`, …). */
async function main(): Promise<number> {
  const options = { cwd: projectFolder };
  heading("Set-up");
  const toolset = await prepareToolset();
  await ensureTools(testTools);
  await moduleManifests();
  await step("npm run build -w policies", () => run("npm", ["run", "build", "-w", "policies"], options));

  const mochaArguments = process.argv.slice(2);
  // Built where it can run: elsewhere its tests are skipped.
  const needsDataPlane =
    !namesFile(mochaArguments) || mochaArguments.some((argument) => argument.includes("tests/dataplane/"));
  if (needsDataPlane && (await missingRequirements()).length === 0) await preparePrograms();
  // Whoever asks for one test wants its verdict only.
  const checks = mochaArguments.length === 0 ? await check(options) : 0;
  heading("Tests");
  // For previews that need no control plane: the engine and its plugins, as an installed Pulumi CLI would have them.
  const pulumiHome = path.join(cacheFolder, "tests", "pulumi");
  await toolset.layOutPlugins(pulumiHome);
  const env = {
    ...process.env,
    PATH: [toolset.bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    PULUMI_HOME: pulumiHome,
  };
  try {
    const tests = await runTests(mochaArguments, { ...options, env });
    return checks || tests;
  } finally {
    // Mocha ends at once; what its tests started goes on.
    if (interrupted.aborted) await stopAbandoned();
  }
}

/** Runs the tests that the arguments name, else all of them: one half beside the other, told as if after it. */
async function runTests(mochaArguments: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  // --exit: an engine that a failed test left running must not keep CI waiting for its end.
  const mocha = (...files: string[]) => ["mocha", "--exit", ...files, ...mochaArguments];
  if (namesFile(mochaArguments)) return runAttached("npx", mocha(), options);
  let said = "";
  const besides = process.stdout.isTTY ? ["--color"] : [];
  const [first, second] = await Promise.all([
    runAttached("npx", mocha(halves[0]), options),
    tryRun("npx", mocha(halves[1], ...besides), { ...options, onOutput: (text) => (said += text) }),
  ]);
  process.stdout.write(said);
  return first || second.code;
}

/** Whether somebody asks for some of the tests by their files. */
const namesFile = (mochaArguments: readonly string[]) =>
  mochaArguments.some((argument) => argument.endsWith(".spec.ts"));

/** Format, lint and types. Their failure does not keep the tests from telling theirs. */
async function check(options: { cwd: string }): Promise<number> {
  heading("Format, lint, types");
  return runAttached("npm", ["run", "-s", "check"], options);
}

runCommand(main);
