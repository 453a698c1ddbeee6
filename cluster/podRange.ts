import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "./folder";
import { UserError } from "./interruption";
import { withLock } from "./lock";

/** How many ranges there are: 10.244.0.0/16 in the pieces that Kubernetes gives to nodes. */
const ranges = 256;

/** The choice that is kept in a control plane's folder; undefined where there is none. */
async function readChoice(folder: string): Promise<number | undefined> {
  const text = await readFile(path.join(folder, "pod-range"), "utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * Chooses the addresses of a control plane's pods: a range that no other control plane of this user has, so that the pods
 * of several can have network namespaces on one machine. The choice is kept, since a node cannot change its range.
 * @returns the range as kwok counts in it, from its first address on
 */
export async function choosePodRange(folder: ControlPlaneFolder): Promise<string> {
  const all = path.dirname(folder.root);
  const choice = await withLock(path.join(all, "pod-ranges.lock"), "choosing pod addresses", async () => {
    const kept = await readChoice(folder.root);
    if (kept !== undefined) return kept;
    const names = await readdir(all);
    const taken = await Promise.all(names.map((name) => readChoice(path.join(all, name))));
    const free = Array.from({ length: ranges }, (_, index) => index).find((index) => !taken.includes(index));
    if (free === undefined) {
      throw new UserError(`there are ${ranges} control planes already; remove some: npm run cluster -- stop --delete`);
    }
    await writeFile(path.join(folder.root, "pod-range"), String(free));
    return free;
  });
  // kwok would give out the first address too, which names the network.
  return `10.244.${choice}.1/24`;
}
