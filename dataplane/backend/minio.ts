import { waitUntilHealthy } from "../../cluster/health";
import { UserError } from "../../cluster/interruption";
import { runningPods, type BackendContext } from "./context";
import type { Deployed } from "../deployed";
import { jobsWith, runJob } from "./jobs";
import { startPod, type ContainerProcess } from "./pods";

const serverLabels = { "app.kubernetes.io/name": "minio", "app.kubernetes.io/component": "object-storage" };
const clientLabels = { "app.kubernetes.io/name": "minio", "app.kubernetes.io/component": "provisioning" };

/**
 * Starts MinIO as deployed: root credentials, arguments, and the volume, which keeps its data from one start to the next.
 * Then runs the deployed jobs that make its bucket and keys and end former keys, oldest first. Those can be run again.
 */
export async function startMinio(context: BackendContext, deployed: Deployed): Promise<ContainerProcess[]> {
  const pod = runningPods(deployed, serverLabels, "MinIO")[0]!;
  const processes = await startPod(context, deployed, pod, (containers) => [
    { name: "minio", container: containers.container("minio"), program: context.program("minio") },
  ]);
  for (const process of processes) await waitUntilHealthy(process, 30);
  for (const job of jobsWith(deployed, clientLabels)) {
    const [shell = "/bin/sh", ...flags] = job.spec.template.spec.containers[0]?.command ?? [];
    const { code, output } = await runJob(context, deployed, job, {
      beside: pod.metadata.name,
      program: shell,
      args: [...flags, ...(job.spec.template.spec.containers[0]?.args ?? [])],
      image: { "/opt/minio/mc": context.program("mc") },
      env: { PATH: "/opt/minio:/usr/bin:/bin:/usr/sbin:/sbin" },
    });
    if (code !== 0)
      throw new UserError(`job ${job.metadata.name} failed on the real MinIO (exit code ${code}): ${output}`);
  }
  return processes;
}
