// Runs pulumi on an embedded control plane: node pulumi.mjs <the pulumi program> <its arguments…>
//
// Pulumi writes the salt of a passphrase into the stack's file, and goes by the one in the state where the file has none
// (PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER), yet writes it into the file again each time. A throwaway cluster's salt in a
// file that is committed, and that real environments share, would be in the way of whoever deploys with another secrets
// provider. So a salt that this run put into a stack file is taken out again, and so is the new form that Pulumi gives to a
// file it writes (`true` becomes `"true"`), unless the run changed what the file says.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { parse } from "yaml";

const salt = /^encryptionsalt:.*\n?/m;

/** The stack files in this folder, which is the project's, by name. */
const readStackFiles = () =>
  new Map(
    readdirSync(".")
      .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
      .map((name) => [name, readFileSync(name, "utf8")]),
  );

/** What a stack file says, whatever its form: Pulumi's configuration values are texts. */
const meaning = (text) =>
  JSON.stringify(parse(text.replace(salt, "")), (_, value) =>
    ["boolean", "number"].includes(typeof value) ? String(value) : value,
  );

const before = readStackFiles();
const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: "inherit" });

// A terminal's Ctrl-C reaches pulumi by itself; other signals come to this process alone.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

child.on("error", (error) => {
  console.error(`cannot run ${program}: ${error.message}`);
  process.exitCode = 127;
});
child.on("close", (code, signal) => {
  for (const [name, text] of readStackFiles()) {
    const old = before.get(name);
    // A stack file that appeared in this run is its user's new one.
    if (old === undefined || salt.test(old) || !salt.test(text)) continue;
    writeFileSync(name, meaning(old) === meaning(text) ? old : text.replace(salt, ""));
  }
  process.exitCode ??= code ?? 128 + constants.signals[signal];
});
