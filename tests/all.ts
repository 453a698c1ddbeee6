import path from "node:path";
import { runCommand } from "../cluster/interruption";
import { moduleManifests } from "../cluster/moduleManifests";
import { cacheFolder, projectFolder } from "../cluster/paths";
import { heading, step } from "../cluster/progress";
import { run, runAttached } from "../cluster/run";
import { ensureTools } from "../cluster/toolchain/build";
import { testTools } from "../cluster/toolchain/tools";
import { prepareToolset } from "../cluster/toolset";
import { missingRequirements } from "../dataplane/hostRequirements";
import { preparePrograms } from "../dataplane/programs";

/** What `npm test` runs: set-up, format, lint and types, then all tests but those of `npm run test:traces`. Arguments go to mocha (a file, `--grep`, …). */
async function main(): Promise<number> {
  const options = { cwd: projectFolder };
  heading("Set-up");
  const toolset = await prepareToolset();
  await ensureTools(testTools);
  await moduleManifests();
  await step("npm run build -w policies", () => run("npm", ["run", "build", "-w", "policies"], options));

  const mochaArguments = process.argv.slice(2);
  // Built where it can run: elsewhere its tests are skipped.
  const needsDataPlane = mochaArguments.some((argument) => argument.includes("tests/dataplane/"));
  if (needsDataPlane && (await missingRequirements()).length === 0) await preparePrograms();
  // Whoever asks for one test wants its verdict only.
  const checks = mochaArguments.length === 0 ? await check(options) : 0;
  heading("Tests");
  const namesFile = mochaArguments.some((argument) => argument.endsWith(".spec.ts"));
  // Tests with real proxies need root and further tools: npm run test:traces.
  const files = namesFile ? [] : ["tests/!(dataplane)/**/*.spec.ts"];
  // For previews that need no control plane: the engine and its plugins, as an installed Pulumi CLI would have them.
  const pulumiHome = path.join(cacheFolder, "tests", "pulumi");
  await toolset.layOutPlugins(pulumiHome);
  const env = {
    ...process.env,
    PATH: [toolset.bin, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    PULUMI_HOME: pulumiHome,
  };
  // --exit: an engine that a failed test left running must not keep CI waiting for its end.
  const tests = await runAttached("npx", ["mocha", "--exit", ...files, ...mochaArguments], { ...options, env });
  return checks || tests;
}

/** Format, lint and types. Their failure does not keep the tests from telling theirs. */
async function check(options: { cwd: string }): Promise<number> {
  heading("Format, lint, types");
  return runAttached("npm", ["run", "-s", "check"], options);
}

runCommand(main);
