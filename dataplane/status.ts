import { readdir } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "../cluster/folder";
import { DetachedProcess } from "../cluster/processes";
import { dataPlaneFolder } from "./process";

/** What is known of a process without asking it. */
export interface ProcessStatus {
  readonly name: string;
  /** Undefined where it has ended. */
  readonly pid: number | undefined;
}

/** The processes that a start has left running, by their pid files; one that has ended by itself is among them. */
export async function dataPlaneStatus(folder: ControlPlaneFolder): Promise<ProcessStatus[]> {
  const root = dataPlaneFolder(folder);
  const files = (await readdir(path.join(root, "pids")).catch(() => [])).filter((file) => file.endsWith(".pid"));
  return files.sort().map((file) => ({
    name: file.slice(0, -".pid".length),
    pid: new DetachedProcess(path.join(root, "pids", file), root).pid,
  }));
}
