import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { DataPlaneProcess, dataPlaneFolder } from "../process";

interface Entries {
  /** Names of the processes in the order of their start, with the milliseconds that each has to end by itself. */
  readonly processes: readonly { readonly name: string; readonly patience: number }[];
  /** Names of the pods' namespaces in the network. */
  readonly pods: readonly string[];
  /** Whether nothing is left to begin: whoever starts it may be killed half-way. */
  readonly complete: boolean;
}

/**
 * What the backend has begun, kept in a file before it is begun: whoever ends it later, even after a crash, needs no API
 * server to know what there is.
 */
export class BackendRecord {
  private readonly file: string;

  constructor(private readonly folder: ControlPlaneFolder) {
    this.file = path.join(dataPlaneFolder(folder), "backend.json");
  }

  /** What was begun, and is not ended yet. */
  read(): Entries {
    try {
      return JSON.parse(readFileSync(this.file, "utf8")) as Entries;
    } catch {
      return { processes: [], pods: [], complete: false };
    }
  }

  addPod(pod: string): void {
    const entries = this.read();
    this.write({ ...entries, pods: [...entries.pods.filter((name) => name !== pod), pod] });
  }

  addProcess(name: string, patience: number): void {
    const entries = this.read();
    const others = entries.processes.filter((entry) => entry.name !== name);
    this.write({ ...entries, processes: [...others, { name, patience }] });
  }

  /** Notes that all of it has been started and was ready. */
  complete(): void {
    this.write({ ...this.read(), complete: true });
  }

  /** Ends every process, the last one first, each with its time. */
  async stopProcesses(): Promise<void> {
    for (const { name, patience } of [...this.read().processes].reverse()) {
      const isHealthy = () => Promise.resolve(false);
      await new DataPlaneProcess(this.folder, { name, port: 0, isHealthy }).process.stop(patience);
    }
  }

  /** Forgets all of it. */
  clear(): void {
    rmSync(this.file, { force: true });
  }

  private write(entries: Entries): void {
    writeFileSync(this.file, JSON.stringify(entries));
  }
}
