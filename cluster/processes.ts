import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether a process of this id exists, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return commandLine(pid) !== "";
}

/** A process's command line, empty where there is no such process (or only its exit status is left). */
function commandLine(pid: number): string {
  try {
    if (process.platform !== "linux") {
      return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    }
    let line = "";
    // While a process becomes another program it has none for an instant.
    for (let look = 0; line === "" && look < 50 && runs(pid); look++) {
      if (look > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    }
    return line;
  } catch {
    return "";
  }
}

/** Whether there is more of a process of Linux than its exit status. Throws where there is nothing at all. */
function runs(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the program's name, in which anything may be.
  return !["Z", "X"].includes(status.charAt(status.lastIndexOf(")") + 2));
}

/**
 * A process that goes on after the command which started it, known by a pid file.
 *
 * Process ids are used again by the system, after a restart at the latest. So a process counts as this one only while
 * its command line names `mark`, a folder that nothing but this control plane uses; no other is ever signalled.
 */
export class DetachedProcess {
  /**
   * @param pidFile where its process id is
   * @param mark a text that its command line contains, and that of no other program
   */
  constructor(
    readonly pidFile: string,
    readonly mark: string,
  ) {}

  /** Its process id, or nothing while it does not run. */
  get pid(): number | undefined {
    let pid: number;
    try {
      pid = Number(readFileSync(this.pidFile, "utf8"));
    } catch {
      return undefined;
    }
    return pid > 1 && commandLine(pid).includes(this.mark) ? pid : undefined;
  }

  /**
   * Starts it with its output in a log file of its own, free of this process's terminal, so that Ctrl-C does not reach it.
   * @param log file, emptied first; its folder is created
   */
  start(
    program: string,
    args: readonly string[],
    options: { cwd?: string; env: NodeJS.ProcessEnv; log: string },
  ): void {
    mkdirSync(path.dirname(this.pidFile), { recursive: true });
    mkdirSync(path.dirname(options.log), { recursive: true });
    const log = openSync(options.log, "w");
    try {
      const { cwd, env } = options;
      const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", log, log] });
      // A program that cannot be started has no pid; whoever waits for its health reports it with the log.
      child.on("error", (error) =>
        writeFileSync(options.log, `cannot run ${program}: ${error.message}\n`, { flag: "a" }),
      );
      if (child.pid !== undefined) writeFileSync(this.pidFile, String(child.pid));
      child.unref();
    } finally {
      closeSync(log);
    }
  }

  /** Ends it, with force after `patience` milliseconds, and waits until it is gone. Harmless where it does not run. */
  async stop(patience?: number): Promise<void> {
    const pid = this.pid;
    if (pid !== undefined) await endProcess(pid, patience, () => this.pid === pid);
    rmSync(this.pidFile, { force: true });
  }
}

/**
 * Ends a process, with force after `patience` milliseconds, and waits until it is gone.
 * @param runs whether it is there still, under this id
 */
export async function endProcess(pid: number, patience = 5_000, runs = () => isAlive(pid)): Promise<void> {
  const deadline = Date.now() + patience;
  signal(pid, "SIGTERM");
  while (runs() && Date.now() < deadline) await sleep(50);
  if (runs()) signal(pid, "SIGKILL");
  while (runs()) await sleep(50);
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
