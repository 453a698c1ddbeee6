import { mkdir } from "node:fs/promises";
import path from "node:path";
import { waitUntilHealthy } from "../../cluster/health";
import { apiServerEnvironment } from "../hosts";
import { dataPlaneFolder } from "../process";
import type { Change } from "./change";
import { runningPods, type BackendContext } from "./context";
import type { Deployed } from "../deployed";
import { adaptKialiConfig } from "./kialiConfig";
import { startPod, type ContainerProcess } from "./pods";

const configFile = "/kiali-configuration/config.yaml";

/** Kiali's process, and what was changed for it. */
export interface StartedKiali {
  readonly processes: readonly ContainerProcess[];
  readonly changes: readonly Change[];
}

/**
 * Starts Kiali with the configuration that its operator rendered, the certificate of its Service and the rights of its
 * ServiceAccount. Returns when it is ready.
 */
export async function startKiali(context: BackendContext, deployed: Deployed): Promise<StartedKiali> {
  // Its pages are not part of the Go module; the folder has to be there.
  const pages = path.join(dataPlaneFolder(context.folder), "kiali-pages");
  await mkdir(pages, { recursive: true, mode: 0o700 });
  const pod = runningPods(deployed, { "app.kubernetes.io/name": "kiali" }, "Kiali")[0]!;
  let changes: readonly Change[] = [];
  const processes = await startPod(context, deployed, pod, (containers) => {
    const container = containers.container("kiali");
    const adapted = adaptKialiConfig(containers.text(container, configFile));
    changes = adapted.changes;
    return [
      {
        name: "kiali",
        container,
        program: context.program("kiali"),
        files: { [configFile]: adapted.config },
        image: { "/opt/kiali/console": pages },
        env: apiServerEnvironment(context.apiServerPort),
      },
    ];
  });
  for (const process of processes) await waitUntilHealthy(process, 60);
  return { processes, changes };
}
