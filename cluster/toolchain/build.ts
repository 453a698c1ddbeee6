import { createHash } from "node:crypto";
import { constants } from "node:fs";
import {
  access,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  statfs,
} from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { UserError } from "../interruption";
import { withLock } from "../lock";
import { cacheFolder, controlPlanesFolder, goFolder, linkedToolsFolder, temporaryFolder, toolsFolder } from "../paths";
import { formatSeconds, heading, say, step } from "../progress";
import { run, RunError, tryRun } from "../run";
import { buildSpaceGiB, goVersion, tools, type Tool } from "./tools";

/** Where a tool's program is, and why it is used. */
export interface LocatedTool {
  readonly tool: Tool;
  /** Absolute path of the program. */
  readonly file: string;
  /** `path`: found on PATH (or among Pulumi's plugins) in a version known to work. `cache`: built here. */
  readonly source: "path" | "cache";
}

/** A program of a tool's name on PATH that is not used, and what it says about itself. */
export interface RejectedTool {
  readonly tool: Tool;
  readonly file: string;
  readonly reason: string;
}

/**
 * Where Go keeps the user's settings, unless told otherwise. Asking `go env` for it would already write telemetry counters
 * beside them. Elsewhere than on Linux the folder of the counters cannot be moved, nor need the settings be named.
 */
function goSettings(): NodeJS.ProcessEnv {
  if (process.platform !== "linux") return {};
  const configFolder = process.env.XDG_CONFIG_HOME || path.join(homedir(), ".config");
  return {
    GOENV: process.env.GOENV ?? path.join(configFolder, "go", "env"),
    XDG_CONFIG_HOME: path.join(goFolder, "config"),
  };
}

/** Environment of the go command: everything it writes goes into the user cache; the user's own settings hold. */
export const goEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...goSettings(),
  GOMODCACHE: path.join(goFolder, "mod"),
  GOCACHE: path.join(goFolder, "build"),
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly -buildvcs=false",
  GOWORK: "off",
});

const executable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Folder of a tool's pins. */
const moduleFolder = (tool: Tool) => path.join(__dirname, tool.module);

/**
 * Names a build by everything that goes into it (pins, own sources, how it is linked), so that a changed pin is a new build
 * and an old one is never taken for it.
 */
async function buildKey(tool: Tool): Promise<string> {
  const { package: main, linkerVariables, prepare } = tool;
  const hash = createHash("sha256").update(
    JSON.stringify([process.platform, process.arch, main, linkerVariables, prepare]),
  );
  for (const file of (await readdir(moduleFolder(tool), { recursive: true })).sort()) {
    if (/\.(go|mod|sum)$/.test(file)) hash.update(file).update(await readFile(path.join(moduleFolder(tool), file)));
  }
  return hash.digest("hex").slice(0, 12);
}

/** Where a tool's program is once it is built. */
async function builtFile(tool: Tool): Promise<string> {
  return path.join(toolsFolder, `${tool.name}-${tool.version}-${await buildKey(tool)}`, tool.name);
}

/** Whether a program is one of ours: after `eval "$(npm run -s cluster -- env)"` those are on PATH themselves. */
async function isOurs(file: string): Promise<boolean> {
  const real = await realpath(file);
  for (const folder of [toolsFolder, linkedToolsFolder, controlPlanesFolder]) {
    if (real.startsWith((await realpath(folder).catch(() => folder)) + path.sep)) return true;
  }
  return false;
}

/** Every program of this name in the folders of PATH. */
async function programsOnPath(name: string): Promise<string[]> {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  // /bin is often a link to /usr/bin.
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  const files = [...new Set(real)].map((folder) => path.join(folder, name));
  const found = await Promise.all(files.map(executable));
  return files.filter((_, index) => found[index]);
}

/** Asks an installed program for its version and judges it. */
async function checkVersion(tool: Tool, file: string): Promise<{ accepted: boolean; says: string }> {
  const check = tool.onPath;
  if (!check) return { accepted: false, says: "reports no version" };
  try {
    const env = { ...process.env, PULUMI_HOME: path.join(temporaryFolder, "pulumi"), PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { code, stdout } = await tryRun(file, check.args, { env, timeout: 10_000 });
    const says = stdout.trim().split("\n")[0] ?? "";
    return { accepted: code === 0 && check.accepts.test(stdout), says };
  } catch (error) {
    if (error instanceof RunError) return { accepted: false, says: error.message };
    throw error;
  }
}

/**
 * Looks for tools that somebody has installed, in versions known to work.
 * @returns those that are used, and those on PATH that are not
 */
export async function findInstalled(
  wanted: readonly Tool[] = tools,
): Promise<{ found: Map<string, LocatedTool>; rejected: RejectedTool[] }> {
  const found = new Map<string, LocatedTool>();
  const rejected: RejectedTool[] = [];
  await Promise.all(
    wanted.map(async (tool) => {
      if (tool.pulumiPlugin) {
        const home = process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
        const file = path.join(home, "plugins", tool.pulumiPlugin, tool.name);
        if ((await executable(file)) && !(await isOurs(file))) found.set(tool.name, { tool, file, source: "path" });
      } else if (tool.onPath) {
        for (const file of await programsOnPath(tool.name)) {
          if (await isOurs(file)) continue;
          const { accepted, says } = await checkVersion(tool, file);
          if (accepted) {
            found.set(tool.name, { tool, file, source: "path" });
            break;
          }
          rejected.push({ tool, file, reason: `it says "${says}", known to work is ${tool.onPath.versions}` });
        }
      }
    }),
  );
  for (const tool of wanted) {
    const neighbour = tool.besides && found.get(tool.besides);
    if (!neighbour) continue;
    const file = path.join(path.dirname(await realpath(neighbour.file)), tool.name);
    if (await executable(file)) found.set(tool.name, { tool, file, source: "path" });
    // One without the other is no working installation.
    else found.delete(neighbour.tool.name);
  }
  return { found, rejected };
}

/** Fails with what to install where Go is missing or too old. Nobody who needs no build is asked for it. */
async function requireGo(): Promise<void> {
  const wanted = `${goVersion.major}.${goVersion.minor}`;
  const wayOut = `Install Go ${wanted} or later (https://go.dev/doc/install) and see that \`go version\` works.`;
  let says: string;
  try {
    says = await run("go", ["env", "GOVERSION"], { cwd: __dirname, env: { ...goEnvironment(), GOTOOLCHAIN: "local" } });
  } catch (error) {
    throw new UserError(
      `Go is needed to build the tools once, and it is not there.\n${wayOut}\n(${(error as Error).message})`,
    );
  }
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(says.trim()) ?? [];
  if (Number(major) < goVersion.major || (Number(major) === goVersion.major && Number(minor) < goVersion.minor)) {
    throw new UserError(`Go ${wanted} or later is needed to build the tools once; here is ${says.trim()}.\n${wayOut}`);
  }
}

async function requireSpace(seconds: number): Promise<void> {
  // A build of a few tools finds most of what it needs in the caches.
  if (seconds < 600) return;
  const { bavail, bsize } = await statfs(cacheFolder);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < buildSpaceGiB) {
    throw new UserError(
      `Building the tools needs about ${buildSpaceGiB} GiB in ${cacheFolder}; ${free.toFixed(1)} GiB are free.\n` +
        "Free some space, or put the cache elsewhere: XDG_CACHE_HOME=/a/larger/folder",
    );
  }
}

/** Builds one tool into the cache. The finished folder appears by a rename: there is never half a tool. */
async function build(tool: Tool, target: string): Promise<void> {
  await mkdir(temporaryFolder, { recursive: true });
  const work = await mkdtemp(path.join(temporaryFolder, `build-${tool.name}-`));
  try {
    // Go leaves its own temporary files where it is ended by force.
    const env = { ...goEnvironment(), GOTMPDIR: work };
    const source = path.join(work, "source");
    await cp(moduleFolder(tool), source, { recursive: true });
    const go = (...args: string[]) => run("go", args, { cwd: source, env });
    for (const preparation of tool.prepare ?? []) {
      if ("goRun" in preparation) {
        await go("run", "-trimpath", ...preparation.goRun);
      } else {
        const { Dir } = JSON.parse(await go("mod", "download", "-json", preparation.copyFrom)) as { Dir: string };
        for (const file of preparation.files)
          await copyFile(path.join(Dir, file), path.join(source, path.basename(file)));
      }
    }
    const variables = Object.entries(tool.linkerVariables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
    const output = path.join(work, "output");
    await mkdir(output);
    const linkerFlags = ["-s", "-w", ...variables].join(" ");
    await go("build", "-trimpath", "-ldflags", linkerFlags, "-o", path.join(output, tool.name), tool.package);
    const kept = (tool.prepare ?? []).flatMap((preparation) => ("keep" in preparation ? preparation.files : []));
    for (const file of kept.map((name) => path.basename(name))) {
      await copyFile(path.join(source, file), path.join(output, file));
    }
    await mkdir(toolsFolder, { recursive: true });
    await rm(path.dirname(target), { recursive: true, force: true });
    await rename(output, path.dirname(target));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Makes every tool available: those found installed in a version known to work, the others built once into the user cache.
 * Says beforehand what it will build and roughly how long that takes.
 * @returns where each program is, by its name
 */
export async function ensureTools(wanted: readonly Tool[] = tools): Promise<Map<string, LocatedTool>> {
  await mkdir(cacheFolder, { recursive: true });
  const located = new Map<string, LocatedTool>();
  const missing: { tool: Tool; file: string }[] = [];
  for (const tool of wanted) {
    const file = await builtFile(tool);
    if (await executable(file)) located.set(tool.name, { tool, file, source: "cache" });
    else missing.push({ tool, file });
  }
  if (missing.length === 0) return located;

  const { found, rejected } = await findInstalled(wanted);
  for (const tool of found.values()) located.set(tool.tool.name, tool);
  const toBuild = missing.filter(({ tool }) => !found.has(tool.name));
  if (toBuild.length === 0) return located;

  await requireGo();
  const seconds = toBuild.reduce((sum, { tool }) => sum + tool.buildSeconds, 0);
  await requireSpace(seconds);
  heading(`Building ${toBuild.length} of ${wanted.length} tools once, from pinned Go modules, into ${cacheFolder}`);
  say(`  about ${formatSeconds(seconds)} on two cores where nothing is cached yet, downloads not counted`);
  for (const { tool, file, reason } of rejected) {
    if (toBuild.some((entry) => entry.tool === tool)) say(`  ${file} is not used: ${reason}`);
  }
  for (const { tool, file } of toBuild) {
    const lock = path.join(cacheFolder, "locks", `tool-${tool.name}.lock`);
    await withLock(lock, `building ${tool.name}`, async () => {
      // Another process may have built it while this one waited.
      if (!(await executable(file))) await step(`${tool.name} ${tool.version}`, () => build(tool, file));
    });
    located.set(tool.name, { tool, file, source: "cache" });
  }
  return located;
}
