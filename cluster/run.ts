import { spawn } from "node:child_process";
import { interrupted } from "./interruption";

/** What a finished program left behind. */
export interface RunResult {
  /** Exit code; 128 + the signal's number where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; the parent's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its standard input; by default it has none. */
  readonly input?: string;
  /** Called with each piece of output as it arrives. */
  readonly onOutput?: (text: string) => void;
  /** Milliseconds after which it is killed. Default: no limit. */
  readonly timeout?: number;
  /**
   * Lets the program finish when this process is interrupted, and keeps the terminal's Ctrl-C from it. One that is started
   * after that runs as well: it cleans up. Default: false.
   */
  readonly uninterrupted?: boolean;
}

/** Error of {@link run}: a program could not be started or ended with another exit code than 0. */
export class RunError extends Error {
  override readonly name = "RunError";
  constructor(
    message: string,
    /** The program's result; absent where it could not be started. */
    readonly result?: RunResult,
  ) {
    super(message);
  }
}

/** Runs a program to its end, whatever its exit code. Rejects where it cannot be started or is interrupted. */
export async function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const cleansUp = interrupted.aborted && options.uninterrupted === true;
  if (!cleansUp) interrupted.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
      timeout: options.timeout,
      detached: options.uninterrupted,
    });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        output[stream] += text;
        options.onOutput?.(text);
      });
    }
    // As Ctrl-C does: go and pulumi clean up on that one.
    const end = () => child.kill("SIGINT");
    if (!options.uninterrupted) interrupted.addEventListener("abort", end, { once: true });
    child.on("error", (error) => {
      interrupted.removeEventListener("abort", end);
      reject(new RunError(`cannot run ${program}: ${error.message}`));
    });
    child.on("close", (code, endedBy) => {
      interrupted.removeEventListener("abort", end);
      if (interrupted.aborted && !cleansUp) reject(interrupted.reason as Error);
      else resolve({ code: code ?? (endedBy === "SIGKILL" ? 137 : 143), ...output });
    });
    // A program that ends without reading its input is its own affair.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a program and returns its standard output. Any exit code but 0 is a {@link RunError} with its output. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(program, args, options);
  if (result.code !== 0) {
    // The end of it tells what went wrong; a program may print objects that are megabytes long.
    const output = (result.stderr.trim() || result.stdout.trim()).slice(-4_000);
    throw new RunError(`${[program, ...args].join(" ")} ended with exit code ${result.code}:\n${output}`, result);
  }
  return result.stdout;
}

/** Runs a program on this process's terminal, output and all, and returns its exit code. */
export async function runAttached(
  program: string,
  args: readonly string[],
  options: Pick<RunOptions, "cwd" | "env"> = {},
): Promise<number> {
  interrupted.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "inherit", "inherit"] });
    // Ctrl-C reaches the program from the terminal; this is for signals sent to this process alone.
    const end = () => child.kill("SIGINT");
    if (!process.stdin.isTTY) interrupted.addEventListener("abort", end, { once: true });
    child.on("error", (error) => reject(new RunError(`cannot run ${program}: ${error.message}`)));
    child.on("close", (code) => {
      interrupted.removeEventListener("abort", end);
      resolve(code ?? 1);
    });
  });
}
