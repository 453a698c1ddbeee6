import { createHash } from "node:crypto";
import { link as hardLink, lstat, mkdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import path from "node:path";
import { linkedToolsFolder } from "./paths";
import { ensureTools, type LocatedTool } from "./toolchain/build";

/** The tools as one folder for PATH. */
export interface Toolset {
  /** Folder with every program under its own name, and nothing else. */
  readonly bin: string;
  /** Absolute path of a program in it. */
  readonly program: (name: string) => string;
  /**
   * Lays Pulumi's plugins into a `PULUMI_HOME`. There the CLI finds them by their versions; on PATH it would use them with
   * a warning each time.
   */
  readonly layOutPlugins: (home: string) => Promise<void>;
}

/** Makes `link` point to `target`, whatever it was before. */
async function pointTo(link: string, target: string): Promise<void> {
  if ((await readlink(link).catch(() => undefined)) === target) return;
  await rm(link, { recursive: true, force: true });
  await symlink(target, link).catch(async (error: NodeJS.ErrnoException) => {
    // Another process made the same link at the same moment.
    if (error.code !== "EEXIST" || !(await lstat(link)).isSymbolicLink()) throw error;
  });
}

/**
 * Puts a program that was built here into the folder, as the same file: a program that looks for others beside itself, as
 * pulumi does for its language host, follows a link to where it is alone.
 */
async function linkBuilt(link: string, file: string): Promise<void> {
  const [there, wanted] = await Promise.all([stat(link).catch(() => undefined), stat(file)]);
  if (there?.ino === wanted.ino && there.dev === wanted.dev) return;
  const unfinished = `${link}.${process.pid}`;
  await hardLink(file, unfinished);
  await rename(unfinished, link);
}

/** Makes all tools available (see {@link ensureTools}) and gathers them in one folder. */
export async function prepareToolset(): Promise<Toolset> {
  const located = await ensureTools();
  const files = [...located.values()].map(({ file }) => file);
  const key = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
  const bin = path.join(linkedToolsFolder, key);
  await mkdir(bin, { recursive: true });
  const plugins: LocatedTool[] = [];
  for (const entry of located.values()) {
    if (entry.tool.pulumiPlugin) plugins.push(entry);
    else if (entry.source === "cache") await linkBuilt(path.join(bin, entry.tool.name), entry.file);
    else await pointTo(path.join(bin, entry.tool.name), entry.file);
  }
  return {
    bin,
    program: (name) => path.join(bin, name),
    layOutPlugins: async (home) => {
      for (const { tool, file } of plugins) {
        const folder = path.join(home, "plugins", tool.pulumiPlugin ?? tool.name);
        await mkdir(folder, { recursive: true });
        await pointTo(path.join(folder, tool.name), file);
      }
    },
  };
}
