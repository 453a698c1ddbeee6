import { mkdir, rm } from "node:fs/promises";
import { step } from "../../cluster/progress";
import { dataPlaneFolder, type DataPlaneProcess } from "../process";
import { startPodApi } from "./podApiProcess";
import type { Change } from "./change";
import { podsFolder } from "./containers";
import type { BackendContext } from "./context";
import type { Deployed } from "../deployed";
import { startKiali } from "./kiali";
import { startMinio } from "./minio";
import type { ContainerProcess } from "./pods";
import { BackendRecord } from "./record";
import { startTempo } from "./tempo";

/** What runs, and how it differs from what was deployed. */
export interface Backend {
  /** Those of containers, each after those that it needs. */
  readonly processes: readonly ContainerProcess[];
  /** What lets pods reach the API server. */
  readonly podApi: DataPlaneProcess;
  /** By what was changed. */
  readonly changes: Readonly<Record<"tempo" | "kiali", readonly Change[]>>;
  /** What was deployed when it was started. */
  readonly deployed: Deployed;
}

/**
 * Starts the real MinIO, Tempo and Kiali for what is deployed, at the addresses of their pods, and returns when all of them
 * are ready. What an earlier start left is ended first, and if this one fails or is interrupted, what it began.
 */
export async function startBackend(context: BackendContext, deployed: Deployed): Promise<Backend> {
  await stopBackend(context);
  await mkdir(dataPlaneFolder(context.folder), { recursive: true, mode: 0o700 });
  try {
    const minio = await step("MinIO, its bucket and keys", () => startMinio(context, deployed));
    const tempo = await step("Tempo", () => startTempo(context, deployed));
    const podApi = await startPodApi(context);
    const kiali = await step("Kiali", () => startKiali(context, deployed));
    new BackendRecord(context.folder).complete();
    return {
      processes: [...minio, ...tempo.processes, ...kiali.processes],
      podApi,
      changes: { tempo: tempo.changes, kiali: kiali.changes },
      deployed,
    };
  } catch (error) {
    await stopBackend(context);
    throw error;
  }
}

/**
 * Ends all of it, each process with the time that its pod gives it, and removes its namespaces and files. What is in the
 * volume claims stays for the next start. Harmless where nothing runs.
 */
export async function stopBackend({ folder, network }: Pick<BackendContext, "folder" | "network">): Promise<void> {
  const record = new BackendRecord(folder);
  await record.stopProcesses();
  for (const pod of record.read().pods) await network.removePod(pod);
  await rm(podsFolder(folder), { recursive: true, force: true });
  record.clear();
}
