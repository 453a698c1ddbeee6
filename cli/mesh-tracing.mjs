#!/usr/bin/env node
// npx mesh-tracing COMMAND [OPTION…]: the project's commands by one name, from any folder.
import { fileURLToPath } from "node:url";

const commands = {
  verify: "asks Kiali for traces and judges them; where they are missing, says which link is broken",
  report: "writes what verify finds into one HTML file",
  preview: "previews every stack with the policies, on a control plane of its own",
};

const [command = "--help", ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, command)) {
  const isHelp = ["--help", "-h", "help"].includes(command);
  const lines = Object.entries(commands).map(([name, purpose]) => `  ${name.padEnd(8)} ${purpose}`);
  const usage = [
    "Usage: npx mesh-tracing <command> [options]",
    "",
    ...lines,
    "",
    "npx mesh-tracing <command> --help has the options.",
    "",
  ].join("\n");
  (isHelp ? process.stdout : process.stderr).write(isHelp ? usage : `there is no command ${command}\n\n${usage}`);
  process.exitCode = isHelp ? 0 : 2;
} else {
  // npm sets it; files are named from there, while the command runs in the project.
  process.env.INIT_CWD ??= process.cwd();
  process.argv.splice(2, process.argv.length, fileURLToPath(new URL(`${command}.ts`, import.meta.url)), ...args);
  await import("../cluster/bootstrap.mjs");
}
