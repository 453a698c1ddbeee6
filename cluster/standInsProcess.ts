import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "./folder";
import { projectFolder } from "./paths";
import type { Ports } from "./ports";
import { DetachedProcess } from "./processes";

/** The process that plays the operators which cannot run here (see standins/). */
export function standInsProcess(folder: ControlPlaneFolder): DetachedProcess {
  return new DetachedProcess(path.join(folder.pids, "stand-ins.pid"), folder.root);
}

/** The stand-ins write this file once their webhooks are registered and their watches run. */
export const standInsReadyFile = (folder: ControlPlaneFolder) => path.join(folder.standIns, "ready");

/** Starts the stand-ins, whose CustomResourceDefinitions must be Established. */
export async function startStandIns(folder: ControlPlaneFolder, ports: Ports): Promise<void> {
  await mkdir(folder.standIns, { recursive: true });
  await mkdir(folder.temporary, { recursive: true });
  await rm(standInsReadyFile(folder), { force: true });
  // The folder among the arguments is what the process is known by; see DetachedProcess.
  const args = ["--import", "tsx", path.join(__dirname, "standins", "main.ts"), folder.standIns];
  standInsProcess(folder).start(process.execPath, args, {
    cwd: projectFolder,
    env: {
      ...process.env,
      TMPDIR: folder.temporary,
      KUBECONFIG: folder.kubeconfig,
      MESH_TRACING_STANDINS_DIR: folder.standIns,
      MESH_TRACING_WEBHOOK_PORT: String(ports.standInsWebhook),
    },
    log: path.join(folder.logs, "stand-ins.log"),
  });
}
