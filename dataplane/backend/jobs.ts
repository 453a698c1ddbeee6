import { readFile, writeFile } from "node:fs/promises";
import { tryRun } from "../../cluster/run";
import { inNamespace } from "../network";
import { PodContainers, type Substitute } from "./containers";
import type { BackendContext } from "./context";
import { hasLabels, type Container, type Deployed, type Job, type Pod } from "../deployed";

/** How a job's one container is run. */
export interface JobRun extends Substitute {
  /** Name of the pod in whose network namespace it runs: the job's own has ended, and its address with it. */
  readonly beside: string;
}

/** How it ended. */
export interface JobResult {
  /** Exit code. */
  readonly code: number;
  /** What it printed, without the values that it has from Secrets. */
  readonly output: string;
  /** What it left as its pod's termination message; empty for nothing. */
  readonly termination: string;
}

/** Jobs whose pods have these labels, oldest first. */
export function jobsWith({ jobs }: Deployed, labels: Readonly<Record<string, string>>): Job[] {
  return jobs
    .filter(({ spec }) => hasLabels(spec.template.metadata?.labels, labels))
    .sort((a, b) => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? ""));
}

/**
 * Runs what a deployed job runs, to its end, whatever its exit code: with its commands, files, environment and the token of
 * its ServiceAccount. In the cluster its pod was simulated.
 */
export async function runJob(
  context: BackendContext,
  deployed: Deployed,
  job: Job,
  { beside, ...substitute }: JobRun,
): Promise<JobResult> {
  const pod = podOf(job, deployed);
  const containers = new PodContainers(context.folder, pod, deployed, context.kubectl);
  const container = pod.spec.containers[0]!;
  try {
    const log = await containers.file(container, "termination-log");
    await writeFile(log, "", { mode: 0o600 });
    const image = { ...substitute.image, "/dev/termination-log": log };
    const { program, args, env = {} } = await containers.start(container, { ...substitute, image });
    const command = inNamespace(context.network.namespaceOf(beside), program, args);
    const { code, stdout, stderr } = await tryRun(...command, { env: { PATH: process.env.PATH, ...env } });
    const hide = (text: string) => withoutSecrets(text, container, env).trim();
    return { code, output: hide(`${stdout}${stderr}`), termination: hide(await readFile(log, "utf8")) };
  } finally {
    // Its files hold its token, and what it wrote itself may hold more.
    await containers.clear();
  }
}

/** The job's pod, which has what admission added to it; where it is gone, one of the job's template. */
function podOf(job: Job, deployed: Deployed): Pod {
  const { name, namespace } = job.metadata;
  const pod = deployed.pods.find(
    ({ metadata }) => metadata.namespace === namespace && hasLabels(metadata.labels, { "job-name": name }),
  );
  return pod ?? { kind: "Pod", metadata: job.metadata, spec: job.spec.template.spec };
}

function withoutSecrets(text: string, container: Container, env: Readonly<Record<string, string>>): string {
  const secret = (container.env ?? []).filter(({ valueFrom }) => valueFrom?.secretKeyRef).map(({ name }) => env[name]);
  return secret.reduce<string>((rest, value) => (value ? rest.replaceAll(value, "[secret]") : rest), text);
}
