import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { root } from "./program";

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** Config of a stack file, by key with its namespace. */
export type StackFileConfig = Record<string, unknown>;

/**
 * A copy of the program with a state of its own, for running the real engine: stack files can be changed and `pulumi`
 * writes into them without touching the project.
 */
export class PulumiProject {
  /** Everything that any command printed. */
  transcript = "";
  private readonly folder = mkdtempSync(path.join(tmpdir(), "mesh-tracing-project-"));
  private readonly env: NodeJS.ProcessEnv;

  /** @param env environment with tools, kubeconfig and a prepared PULUMI_HOME. */
  constructor(env: NodeJS.ProcessEnv) {
    for (const entry of ["index.ts", "components", "package.json", "tsconfig.json", "Pulumi.yaml"]) {
      cpSync(path.join(root, entry), path.join(this.folder, entry), { recursive: true });
    }
    symlinkSync(path.join(root, "node_modules"), path.join(this.folder, "node_modules"));
    const state = path.join(this.folder, "state");
    mkdirSync(state);
    this.env = {
      ...env,
      PULUMI_BACKEND_URL: `file://${state}`,
      // Two projects must not share which stack is selected.
      PULUMI_STACK: "",
    };
  }

  /** Where Pulumi keeps its state. */
  private get stateFolder(): string {
    return path.join(this.folder, "state");
  }

  /** Makes a stack from the project's own stack file of that name, on the embedded control plane, changed by `edit`. */
  async init(stack: string, edit: (config: StackFileConfig) => void = () => {}): Promise<void> {
    const content = parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: StackFileConfig };
    content.config["mesh-tracing:cluster"] = { context: "mesh-tracing-embedded" };
    writeFileSync(this.stackFile(stack), stringify(content));
    const made = await this.pulumi("stack", "init", stack);
    if (made.code !== 0) {
      throw new Error(made.output);
    }
    this.configure(stack, edit);
  }

  /** Changes the config of a stack. */
  configure(stack: string, edit: (config: StackFileConfig) => void): void {
    const content = parse(readFileSync(this.stackFile(stack), "utf8")) as { config: StackFileConfig };
    edit(content.config);
    writeFileSync(this.stackFile(stack), stringify(content));
  }

  /** Runs `pulumi` in the project, without asking questions. */
  pulumi(...args: string[]): Promise<CommandResult> {
    return this.run(["--non-interactive", ...args], this.env);
  }

  /** Runs `pulumi` with a changed environment. */
  pulumiWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> {
    return this.run(["--non-interactive", ...args], { ...this.env, ...env });
  }

  /** Runs `pulumi` and kills it, with everything it started, as soon as its output matches. */
  killed(moment: RegExp, ...args: string[]): Promise<CommandResult> {
    return this.run(["--non-interactive", ...args], this.env, moment);
  }

  /** The state of a stack as `pulumi stack export` shows it, secrets encrypted. */
  async exported(stack: string): Promise<string> {
    return (await this.pulumi("stack", "export", "--stack", stack)).output;
  }

  /** Everything in the state's folder: checkpoints, their backups, history. */
  async stateFiles(): Promise<string> {
    const entries = await readdir(this.stateFolder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
  }

  /** The outputs of a stack. */
  async outputs(stack: string): Promise<Record<string, unknown>> {
    const { output } = await this.pulumi("stack", "output", "--json", "--stack", stack);
    return JSON.parse(output) as Record<string, unknown>;
  }

  /** Removes the copy. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private stackFile(stack: string): string {
    return path.join(this.folder, `Pulumi.${stack}.yaml`);
  }

  private run(args: string[], env: NodeJS.ProcessEnv, killAt?: RegExp): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", args, {
        cwd: this.folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      const take = (chunk: Buffer) => {
        output += chunk.toString("utf8");
        if (killAt?.test(output) && child.exitCode === null && child.signalCode === null) {
          killFamily(child.pid!);
        }
      };
      child.stdout.on("data", take);
      child.stderr.on("data", take);
      child.on("error", reject);
      child.on("close", (code) => {
        this.transcript += output;
        resolve({ code: code ?? -1, output });
      });
    });
  }
}

/** Kills a process and all that it started: CLI, language host and providers die at once, as with a lost machine. */
function killFamily(pid: number): void {
  const parents = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  // A Set is walked to its end, what is added on the way included.
  for (const member of family) {
    parents.filter(([, parent]) => parent === member).forEach(([child]) => family.add(child!));
  }
  for (const member of family) {
    try {
      process.kill(member, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}
