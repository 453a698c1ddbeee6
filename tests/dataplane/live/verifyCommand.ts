import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { projectFolder } from "../../../cluster/paths";
import { tryRun } from "../../../cluster/run";
import { addressOf, runningPods } from "../../../dataplane/backend/context";
import { named } from "../../../dataplane/deployed";
import { dataPlaneFolder } from "../../../dataplane/process";
import type { LiveDataPlane } from "./dataPlane";

const kiali = { host: "kiali.istio-system.svc", port: 20001 };

/**
 * Runs `npx mesh-tracing verify` on this machine, as a user whose kubeconfig leads to the cluster and for whom Kiali's name
 * leads to its pod: in a mount namespace with a hosts file of its own.
 * @returns its exit code and what it printed
 */
export async function verifyCommand(
  { cluster, context, deployed }: LiveDataPlane,
  ...options: string[]
): Promise<{ code: number; stdout: string }> {
  const file = (name: string) => path.join(dataPlaneFolder(cluster.folder), `verify-${name}`);
  const address = addressOf(runningPods(deployed, { "app.kubernetes.io/name": "kiali" }, "Kiali")[0]!);
  const authority = named(deployed.configMaps, "istio-system", "openshift-service-ca.crt")!.data!["service-ca.crt"]!;
  const token = await context.kubectl.run(["create", "token", "kiali-service-account", "-n", "istio-system"]);
  await writeFile(file("hosts"), `127.0.0.1 localhost\n${address} ${kiali.host}\n`);
  await writeFile(file("ca"), authority);
  await writeFile(file("token"), token, { mode: 0o600 });
  const where = ["--kiali-url", `https://${kiali.host}:${kiali.port}`, "--ca-file", file("ca")];
  const command = [path.join(projectFolder, "cli/mesh-tracing.mjs"), "verify", ...where, "--token-file", file("token")];
  const withHosts = ["--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', file("hosts")];
  return tryRun("unshare", [...withHosts, process.execPath, ...command, ...options], { env: cluster.env });
}
