import { readFile } from "node:fs/promises";
import { lineCount, readCommandLine, unknownCommand } from "./commandLine";
import { components, componentStatus } from "./components";
import { exists, start, stop } from "./controlPlane";
import { asShellExports, pulumiEnvironment } from "./environment";
import { controlPlaneFolder, defaultName } from "./folder";
import { runCommand, UserError } from "./interruption";
import { table } from "./progress";
import { findInstalled } from "./toolchain/build";
import { prepareToolset } from "./toolset";

const usage = `Usage: npm run -s cluster -- <command> [options]

The embedded control plane: a real API server with the project's operators or their stand-ins, on 127.0.0.1.
Pods and Jobs in it are simulated.

Commands
  start              start it and wait until it is ready; harmless where it runs
  stop [--delete]    end its processes and free its ports; --delete removes its data and its Pulumi state too
  status             show its processes; exit code 1 unless all are ready
  logs [component]   show the end of each log, or one log whole; "audit" is the API server's audit log
  env                print shell lines that make kubectl and pulumi work on it: eval "$(npm run -s cluster -- env)"
  tools              show which installed tools are used and which are not, and why

Options
  --name <name>      which control plane; several can run side by side (default: ${defaultName})
  --lines <number>   how many lines of each log (default: 20)
  -h, --help         show this
`;

const options = {
  name: { type: "string", default: defaultName },
  lines: { type: "string", default: "20" },
  delete: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

async function status(name: string): Promise<number> {
  const entries = await componentStatus(controlPlaneFolder(name));
  const rows = entries.map(({ component, pid, health }) => [
    component.name,
    health,
    pid === undefined ? "-" : String(pid),
    component.port === 0 ? "-" : `127.0.0.1:${component.port}`,
  ]);
  console.log(table([["COMPONENT", "HEALTH", "PID", "ADDRESS"], ...rows]));
  return entries.every(({ health }) => health === "ready") ? 0 : 1;
}

async function logs(name: string, wanted: string | undefined, lines: number): Promise<void> {
  const folder = controlPlaneFolder(name);
  const files = new Map(components(folder).map((component) => [component.name, component.log]));
  if (wanted === undefined) {
    for (const [component, file] of files) {
      const text = await readFile(file, "utf8").catch(() => "(no log yet)");
      console.log(`==> ${component}: ${file}\n${text.trimEnd().split("\n").slice(-lines).join("\n")}\n`);
    }
    return;
  }
  files.set("audit", folder.auditLog);
  const file = files.get(wanted);
  if (!file) throw new UserError(`there is no component "${wanted}"; there are ${[...files.keys()].join(", ")}`);
  const text = await readFile(file, "utf8").catch(() => {
    throw new UserError(`there is no log ${file}: was "${name}" ever started? npm run cluster -- start`);
  });
  process.stdout.write(text);
}

async function env(name: string): Promise<void> {
  const folder = controlPlaneFolder(name);
  if (!exists(folder)) {
    throw new UserError(`there is no control plane "${name}": start it with npm run cluster -- start --name ${name}`);
  }
  console.log(asShellExports(await pulumiEnvironment(folder, await prepareToolset())));
}

async function tools(): Promise<void> {
  const { found, rejected } = await findInstalled();
  const rows = [...found.values()].map(({ tool, file }) => [tool.name, file, "used"]);
  for (const { tool, file, reason } of rejected) rows.push([tool.name, file, `not used: ${reason}`]);
  console.log(table([["TOOL", "INSTALLED AT", "VERDICT"], ...rows]));
  const { bin } = await prepareToolset();
  console.log(`\nAll tools, installed or built here: ${bin}`);
}

async function main(): Promise<number | void> {
  const { values, command, argument } = readCommandLine(usage, options);
  if (command === "help") return void process.stdout.write(usage);
  switch (command) {
    case "start":
      await start(values.name);
      return;
    case "stop": {
      const ran = await stop(values.name, { deleteData: values.delete });
      console.log(`The control plane "${values.name}" ${ran ? "is stopped" : "was not running"}.`);
      return;
    }
    case "status":
      return status(values.name);
    case "logs":
      return logs(values.name, argument, lineCount(values.lines));
    case "env":
      return env(values.name);
    case "tools":
      return tools();
    default:
      throw unknownCommand(usage, command);
  }
}

runCommand(main);
