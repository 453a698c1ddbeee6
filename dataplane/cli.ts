import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { lineCount, readCommandLine, unknownCommand } from "../cluster/commandLine";
import { controlPlaneFolder, defaultName } from "../cluster/folder";
import { runCommand, UserError } from "../cluster/interruption";
import { table } from "../cluster/progress";
import { runAttached } from "../cluster/run";
import { startDataPlane, stopDataPlane } from "./dataPlane";
import { dataPlaneFolder } from "./process";
import { prove, type Proof } from "./proof";
import { dataPlaneStatus } from "./status";
import { traceCommand } from "./traceCommand";

const usage = `Usage: npm run -s dataplane -- <command> [options]

The data plane of what is deployed on an embedded control plane: istiod, a proxy for each pod of the mesh, Bookinfo's services,
MinIO, Tempo, Kiali, each pod in a network namespace of its own. Needs Linux and root.

Commands
  start                   make it what is deployed now, and wait until it is ready; run it again after each pulumi up
  stop                    end its processes and remove its namespaces
  prove                   run the deployed traffic and verification jobs on it; exit code 1 unless every trace is found
  verify [-- options]     npx mesh-tracing verify on it: where Kiali and the page are is known; -- --help has the options
  report [-- file]        npx mesh-tracing report on it, with the same options
  status                  show its processes; exit code 1 unless all run
  logs [name]             show the end of each log, or whole those whose name contains this text

Options
  --name <name>           of which control plane (default: ${defaultName})
  --lines <number>        how many lines of each log (default: 20)
  -h, --help              show this
`;

const options = {
  name: { type: "string", default: defaultName },
  lines: { type: "string", default: "20" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Prints what each job said last, or all that one said which failed. */
function showProof(proofs: readonly Proof[]): number {
  for (const { name, code, output, termination } of proofs) {
    console.log(`${name}: ${code === 0 ? termination : `exit code ${code}\n${output}`}`);
  }
  return proofs.every(({ code }) => code === 0) ? 0 : 1;
}

async function status(name: string): Promise<number> {
  const processes = await dataPlaneStatus(controlPlaneFolder(name));
  if (processes.length === 0) {
    console.log(`The data plane of "${name}" does not run.`);
    return 1;
  }
  const rows = processes.map(({ name, pid }) => [name, pid === undefined ? "ended" : "runs", String(pid ?? "-")]);
  console.log(table([["PROCESS", "STATE", "PID"], ...rows]));
  return processes.every(({ pid }) => pid !== undefined) ? 0 : 1;
}

async function logs(name: string, wanted: string | undefined, lines: number): Promise<void> {
  const folder = path.join(dataPlaneFolder(controlPlaneFolder(name)), "logs");
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.includes(wanted ?? ""));
  if (files.length === 0) {
    throw new UserError(`there is no log${wanted === undefined ? "" : ` with "${wanted}" in its name`} in ${folder}`);
  }
  for (const file of files.sort()) {
    const text = (await readFile(path.join(folder, file), "utf8")).trimEnd();
    const shown = wanted === undefined ? text.split("\n").slice(-lines).join("\n") : text;
    console.log(`==> ${path.join(folder, file)}\n${shown}\n`);
  }
}

async function main(): Promise<number | void> {
  const { values, command, argument, handedOn } = readCommandLine(usage, options, ["verify", "report"]);
  if (command === "help") return void process.stdout.write(usage);
  switch (command) {
    case "start":
      return startDataPlane(values.name);
    case "stop": {
      const ran = await stopDataPlane(values.name);
      console.log(`The data plane of "${values.name}" ${ran ? "is stopped" : "was not running"}.`);
      return;
    }
    case "prove":
      return showProof(await prove(values.name));
    case "verify":
    case "report": {
      const { program, args, env } = await traceCommand(values.name, command, handedOn);
      return runAttached(program, args, { env });
    }
    case "status":
      return status(values.name);
    case "logs":
      return logs(values.name, argument, lineCount(values.lines));
    default:
      throw unknownCommand(usage, command);
  }
}

runCommand(main);
