import { waitUntilHealthy } from "../../cluster/health";
import { UserError } from "../../cluster/interruption";
import { run, RunError } from "../../cluster/run";
import { inNamespace } from "../network";
import type { DataPlaneProcess } from "../process";
import { PodContainers } from "./containers";
import { runningPods, type BackendContext } from "./context";
import { hasLabels, type Deployed, type Job, type Pod } from "./deployed";
import { startPod } from "./pods";

const serverLabels = { "app.kubernetes.io/name": "minio", "app.kubernetes.io/component": "object-storage" };
const clientLabels = { "app.kubernetes.io/name": "minio", "app.kubernetes.io/component": "provisioning" };
const clientVariables = ["ROOT_USER", "ROOT_PASSWORD", "ACCESS_KEY_ID", "ACCESS_KEY_SECRET"];

/**
 * Starts MinIO as deployed: root credentials, arguments, and the volume, which keeps its data from one start to the next.
 * Then runs the deployed jobs that make its bucket and keys and end former keys, oldest first. Those can be run again.
 */
export async function startMinio(context: BackendContext, deployed: Deployed): Promise<DataPlaneProcess[]> {
  const pod = runningPods(deployed, serverLabels, "MinIO")[0]!;
  const processes = await startPod(context, deployed, pod, (containers) => [
    { name: "minio", container: containers.container("minio"), program: context.program("minio") },
  ]);
  for (const process of processes) await waitUntilHealthy(process, 30);
  const jobs = deployed.jobs
    .filter(({ spec }) => hasLabels(spec.template.metadata?.labels, clientLabels))
    .sort((a, b) => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? ""));
  for (const job of jobs) await runJob(context, deployed, job, pod);
  return processes;
}

/** Runs a job's own commands, in the server's network namespace: the job's pod has ended, and its address with it. */
async function runJob(context: BackendContext, deployed: Deployed, job: Job, server: Pod): Promise<void> {
  const pod = { kind: "Pod", metadata: job.metadata, spec: job.spec.template.spec };
  const containers = new PodContainers(context.folder, pod, deployed, context.kubectl);
  const container = containers.container("mc");
  const [shell = "/bin/sh", ...flags] = container.command ?? [];
  const { program, args, env } = await containers.start(container, {
    program: shell,
    args: [...flags, ...(container.args ?? [])],
    image: { "/opt/minio/mc": context.program("mc") },
    env: { PATH: "/opt/minio:/usr/bin:/bin:/usr/sbin:/sbin" },
  });
  try {
    await run(...inNamespace(context.network.namespaceOf(server.metadata.name), program, args), { env });
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const said = `${error.result?.stderr ?? ""}${error.result?.stdout ?? ""}`.trim() || error.message;
    throw new UserError(`job ${job.metadata.name} failed on the real MinIO: ${withoutSecrets(said, env)}`);
  } finally {
    // The client's settings, with the root credentials, are in it.
    await containers.clear();
  }
}

/** A text without the values that the client has from Secrets. */
function withoutSecrets(text: string, env: Readonly<Record<string, string>> = {}): string {
  const values = clientVariables.map((name) => env[name]);
  return values.reduce<string>((rest, value) => (value ? rest.replaceAll(value, "[secret]") : rest), text);
}
