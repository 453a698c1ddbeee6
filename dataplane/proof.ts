import { controlPlaneFolder } from "../cluster/folder";
import { UserError } from "../cluster/interruption";
import { Kubectl } from "../cluster/kubectl";
import { readPorts } from "../cluster/ports";
import { step } from "../cluster/progress";
import type { BackendContext } from "./backend/context";
import { jobsWith, runJob, type JobResult } from "./backend/jobs";
import { apiServerAddress, apiServerEnvironment, clusterAddresses } from "./hosts";
import { readMesh } from "./mesh/deployedMesh";
import { preparePrograms } from "./programs";
import { runningNetwork } from "./status";
import { applyServiceRules, servicePorts } from "./serviceRules";
import { newTraceIds, withTraceIds } from "./traceIds";

/** The namespace of the jobs, whose own pods ended before there was anything to send to. */
const place = "jobs";

/** The jobs that prove that traces arrive, in their order, and what each does. */
const proofs = [
  { name: "traffic", title: "the deployed traffic job, through the ingress gateway" },
  { name: "verification", title: "the deployed verification job, against Kiali" },
] as const;

/** A job that was run, and how it ended. */
export interface Proof extends JobResult {
  readonly name: (typeof proofs)[number]["name"];
}

/**
 * Runs the deployed traffic job and then the verification job on the data plane, with their own scripts and settings but new
 * trace ids, in a namespace where Services are reached as from any pod without a sidecar.
 * @param name the control plane's
 * @returns how each ended, the last one being the first that failed
 */
export async function prove(name: string): Promise<Proof[]> {
  const folder = controlPlaneFolder(name);
  const { toolset, program } = await preparePrograms();
  const network = await runningNetwork(folder);
  const kubectl = new Kubectl(toolset, folder);
  const deployed = await readMesh(kubectl);
  const { range, services, controlPlane } = deployed;
  const apiServerPort = readPorts(folder.ports)?.apiserver ?? 0;
  const context: BackendContext = { folder, kubectl, program, network, range, apiServerPort };
  await network.removePod(place);
  try {
    // Below the host's own; kwok counts from the lowest up.
    await network.addPod(place, [`${range.prefix}.253`]);
    // First, since the Service of the API server leads nowhere here: the verification looks in the cluster for a broken link.
    const names = [apiServerAddress(range), ...clusterAddresses(services, controlPlane.metadata.namespace)];
    await network.writeHosts(place, names);
    await applyServiceRules(network.namespaceOf(place), servicePorts(deployed));
    const results: Proof[] = [];
    let ids: ReadonlyMap<string, string> = new Map();
    for (const { name: job, title } of proofs) {
      const found = jobsWith(deployed, { "app.kubernetes.io/name": job }).at(-1);
      const container = found?.spec.template.spec.containers[0];
      if (!found || !container) {
        throw new UserError(`no job "${job}" is deployed: it belongs to Bookinfo (mesh-tracing:bookinfo)`);
      }
      if (job === "traffic") ids = newTraceIds(container);
      const run = {
        beside: place,
        program: process.execPath,
        env: { ...withTraceIds(container, ids), ...apiServerEnvironment(apiServerPort) },
      };
      const result = await step(title, () => runJob(context, deployed, found, run));
      results.push({ name: job, ...result });
      if (result.code !== 0) break;
    }
    return results;
  } finally {
    await network.removePod(place);
  }
}
