import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readManifest, type ManifestObject } from "./manifests";
import { isState } from "./state";
import { AuditError } from "./usage";

/** What is to be judged: a stack's state, or objects of manifests. */
export type Input =
  | { readonly kind: "state"; readonly text: string; readonly file: string }
  | { readonly kind: "manifests"; readonly objects: readonly ManifestObject[]; readonly remarks: readonly string[] };

/** How messages call standard input. */
const standardInput = "stdin";

/** The files of a folder that may hold manifests. */
const manifestFile = /\.(ya?ml|json)$/;

/**
 * Reads everything that the paths name.
 *
 * @param environment Which environment manifests are judged for.
 * @throws AuditError with everything that cannot be read; also for a state beside other things, and where nothing is found.
 */
export function readInput(paths: readonly string[], environment: string): Input {
  const problems: string[] = [];
  const attempt = <T>(path: string, read: () => readonly T[]): readonly T[] => {
    try {
      return read();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      problems.push(code === undefined ? message : `${path} cannot be read: ${message}`);
      return [];
    }
  };
  const files = paths
    .flatMap((path) => attempt(path, () => filesOf(path)))
    .flatMap((path) => attempt(path, () => [{ file: path === "-" ? standardInput : path, text: textOf(path) }]));

  const states = files.filter(({ text }) => isState(text));
  if (states[0] && files.length > 1) {
    problems.push(`${states[0].file} is a stack's state: judge it by itself.`);
  } else if (states[0]) {
    return { kind: "state", ...states[0] };
  }
  const manifests = files
    .filter(({ text }) => !isState(text))
    .flatMap(({ file, text }) => attempt(file, () => [{ file, ...readManifest(text, file, environment) }]));
  const objects = manifests.flatMap((manifest) => manifest.objects);
  if (problems.length === 0 && objects.length === 0) {
    problems.push(
      `There are no Kubernetes objects in ${paths.map((path) => (path === "-" ? standardInput : path)).join(", ")}.`,
    );
  }
  if (problems.length > 0) {
    throw new AuditError(problems.join("\n"));
  }
  const remarks = manifests
    .filter(({ skipped }) => skipped > 0)
    .map(({ file, skipped }) => `${file}: ${skipped} without apiVersion and kind left out.`);
  return { kind: "manifests", objects, remarks };
}

function filesOf(path: string): readonly string[] {
  if (path === "-" || !statSync(path).isDirectory()) {
    return [path];
  }
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      return entry.isDirectory() ? filesOf(inner) : manifestFile.test(entry.name) ? [inner] : [];
    });
}

function textOf(path: string): string {
  return readFileSync(path === "-" ? 0 : path, "utf8");
}
