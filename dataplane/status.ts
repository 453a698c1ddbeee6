import { readdir } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "../cluster/folder";
import { UserError } from "../cluster/interruption";
import { DetachedProcess } from "../cluster/processes";
import { PodNetwork } from "./network";
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

/** The network of a data plane that was started; a {@link UserError} with the way out where there is none. */
export async function runningNetwork({ name, root }: ControlPlaneFolder): Promise<PodNetwork> {
  const network = new PodNetwork(root);
  if (await network.exists()) return network;
  throw new UserError(`the data plane of "${name}" does not run: npm run dataplane -- start --name ${name}`);
}
