import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interrupted } from "./interruption";
import { isAlive } from "./processes";
import { say } from "./progress";

/**
 * Does something that two processes must not do at once, by a lock file with the holder's process id. A lock whose holder
 * is gone is taken over.
 * @param file the lock file; its folder is created
 * @param purpose what the holder does, for the line that tells a user why it waits
 */
export async function withLock<T>(file: string, purpose: string, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  let told = false;
  while (!(await take(file))) {
    const holder = Number(await readFile(file, "utf8").catch(() => ""));
    // An empty file is a lock that its holder is just writing.
    if (holder > 0 && !isAlive(holder)) {
      await rm(file, { force: true });
      continue;
    }
    if (!told) say(`  waiting for process ${holder || "?"}, which is ${purpose} (lock ${file})`);
    told = true;
    await sleep(500, undefined, { signal: interrupted });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
