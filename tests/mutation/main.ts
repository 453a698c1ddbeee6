import { createRequire } from "node:module";
import path from "node:path";
import { runCommand } from "../../cluster/interruption";
import { projectFolder } from "../../cluster/paths";
import { runAttached } from "../../cluster/run";

/** What `npm run mutation` runs; arguments go to Stryker, such as `--mutate policies/mesh/sampling.ts`. */
async function main(): Promise<number> {
  const { bin } = createRequire(__filename)("@stryker-mutator/core/package.json") as { bin: { stryker: string } };
  const stryker = path.join(projectFolder, "node_modules/@stryker-mutator/core", bin.stryker);
  const shim = path.join(__dirname, "requireCjs.cjs");
  const config = path.relative(projectFolder, path.join(__dirname, "stryker.config.mjs"));
  const args = [stryker, "run", config, ...process.argv.slice(2)];
  // Stryker loads its runner in several processes.
  const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require "${shim}"` };
  return runAttached(process.execPath, args, { cwd: projectFolder, env });
}

runCommand(main);
