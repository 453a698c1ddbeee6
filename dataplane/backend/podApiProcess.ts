import { writeFile } from "node:fs/promises";
import path from "node:path";
import { listens, waitUntilHealthy } from "../../cluster/health";
import { projectFolder } from "../../cluster/paths";
import { DataPlaneProcess, dataPlaneFolder } from "../process";
import type { BackendContext } from "./context";
import type { PodApiSettings } from "./podApi";
import { BackendRecord } from "./record";

/** Starts the API server as pods see it, on the port of the real one, and returns when it answers. */
export async function startPodApi({ folder, range, apiServerPort: port }: BackendContext): Promise<DataPlaneProcess> {
  const host = range.hostAddress;
  const api = new DataPlaneProcess(folder, { name: "pod-api", port, isHealthy: () => listens(port, host) });
  const file = path.join(dataPlaneFolder(folder), "pod-api.json");
  const settings: PodApiSettings = { host, port, kubeconfig: folder.kubeconfig };
  await writeFile(file, JSON.stringify(settings));
  new BackendRecord(folder).addProcess(api.name, 5_000);
  api.start({
    program: process.execPath,
    args: ["--import", "tsx", path.join(__dirname, "podApi.ts"), file],
    cwd: projectFolder,
  });
  await waitUntilHealthy(api, 30);
  return api;
}
