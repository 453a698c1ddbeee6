import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Component } from "../cluster/components";
import type { ControlPlaneFolder } from "../cluster/folder";
import { DetachedProcess } from "../cluster/processes";
import { inNamespace } from "./network";

/** Where the data plane of a control plane keeps its files; it goes where the control plane goes. */
export const dataPlaneFolder = (folder: ControlPlaneFolder) => path.join(folder.root, "data-plane");

/** What one process of the data plane is. */
export interface DataPlaneProcessOptions {
  /** The name that `status` and `logs` use; unique in the data plane. */
  readonly name: string;
  /** The port that it answers on. */
  readonly port: number;
  /** Whether it answers that it is well; never rejects. */
  readonly isHealthy: () => Promise<boolean>;
}

/** How it is run. */
export interface ProcessStart {
  readonly program: string;
  /** One of them must name a file in the data plane's folder: the process is known by that; see {@link DetachedProcess}. */
  readonly args: readonly string[];
  /** The namespace that it runs in (see network.ts). Default: the host's own. */
  readonly namespace?: string;
  /** Its whole environment but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A process of the data plane. Like those of the control plane it goes on after the command that started it. */
export class DataPlaneProcess implements Component {
  readonly name: string;
  readonly port: number;
  readonly isHealthy: () => Promise<boolean>;
  readonly log: string;
  readonly process: DetachedProcess;
  private readonly mark: string;
  /** Digest of how it was started. */
  private readonly startFile: string;

  constructor(folder: ControlPlaneFolder, { name, port, isHealthy }: DataPlaneProcessOptions) {
    this.name = name;
    this.port = port;
    this.isHealthy = isHealthy;
    this.mark = dataPlaneFolder(folder);
    this.log = path.join(this.mark, "logs", `${name}.log`);
    this.startFile = path.join(this.mark, "pids", `${name}.start`);
    this.process = new DetachedProcess(path.join(this.mark, "pids", `${name}.pid`), this.mark);
  }

  /** Whether it runs, and was started like this. */
  async runsAs(start: ProcessStart): Promise<boolean> {
    if (this.process.pid === undefined) return false;
    return (await readFile(this.startFile, "utf8").catch(() => "")) === digestOf(start);
  }

  /** Starts it. Whoever needs it to answer waits with `waitUntilHealthy`; whoever wants it gone calls `process.stop`. */
  start(start: ProcessStart): void {
    const { program, args, namespace, env = {}, cwd = this.mark } = start;
    if (!args.some((argument) => argument.includes(this.mark))) {
      throw new Error(`no argument of ${this.name} names a file in ${this.mark}: it could not be found again`);
    }
    if (!existsSync(cwd)) throw new Error(`the folder ${cwd}, in which ${this.name} is to run, does not exist`);
    const [file, words] = namespace === undefined ? [program, args] : inNamespace(namespace, program, args);
    this.process.start(file, words, { cwd, env: { PATH: process.env.PATH, ...env }, log: this.log });
    writeFileSync(this.startFile, digestOf(start));
  }
}

/** A digest, since environments hold secrets. */
const digestOf = (start: ProcessStart) => createHash("sha256").update(JSON.stringify(start)).digest("hex");
