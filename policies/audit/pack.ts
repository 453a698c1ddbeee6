import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The pack's folder, which `--policy-pack` takes: the nearest one with a `PulumiPolicy.yaml`. */
export const packFolder = folderAbove(__dirname);

function folderAbove(folder: string): string {
  return existsSync(join(folder, "PulumiPolicy.yaml")) ? folder : folderAbove(dirname(folder));
}

/** The pack's version. */
export function packVersion(): string {
  return (JSON.parse(readFileSync(join(packFolder, "package.json"), "utf8")) as { version: string }).version;
}

/** The names of the configurations that come with the pack. */
export function presetNames(): readonly string[] {
  const files = readdirSync(join(packFolder, "presets")).filter((file) => file.endsWith(".json"));
  return files.map((file) => basename(file, ".json")).sort();
}

/** The file of a configuration: of the preset if it is the name of one, else the path itself. */
export function configFile(presetOrPath: string): string {
  return presetNames().includes(presetOrPath) ? join(packFolder, "presets", `${presetOrPath}.json`) : presetOrPath;
}
