import { homedir } from "node:os";
import path from "node:path";

/** The project's own folder, a clone of the repository. */
export const projectFolder = path.resolve(__dirname, "..");

/**
 * Everything that is built, fetched or stored outside the project: `$XDG_CACHE_HOME/mesh-tracing`, by default
 * `~/.cache/mesh-tracing`. Deleting it costs time, nothing else. bootstrap.mjs, which runs before TypeScript can, derives
 * the same folder.
 */
export const cacheFolder = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "mesh-tracing");

/** Go's module and build caches; only needed again when a pinned tool changes. */
export const goFolder = path.join(cacheFolder, "go");

/** Built tools, one folder for each tool, version and pin. */
export const toolsFolder = path.join(cacheFolder, "tools");

/** Folders for PATH, each with all tools of one set-up. */
export const linkedToolsFolder = path.join(cacheFolder, "bin");

/** Files that tools put into the temporary folder, where they can be found again and leave nothing in the system's. */
export const temporaryFolder = path.join(cacheFolder, "tmp");

/** Data of the control planes, one folder for each name. */
export const controlPlanesFolder = path.join(cacheFolder, "control-planes");
