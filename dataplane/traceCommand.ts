import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { controlPlaneFolder, type ControlPlaneFolder } from "../cluster/folder";
import { UserError } from "../cluster/interruption";
import { Kubectl } from "../cluster/kubectl";
import { projectFolder } from "../cluster/paths";
import { prepareToolset } from "../cluster/toolset";
import { addressOf, runningPods } from "./backend/context";
import { named } from "./deployed";
import { bookinfoGateway } from "./gateway";
import { readMesh, type DeployedMesh } from "./mesh/deployedMesh";
import { dataPlaneFolder } from "./process";
import { runningNetwork } from "./status";

/** Commands of `npx mesh-tracing` that ask Kiali. */
export type TraceCommand = "verify" | "report";

/** A program with its arguments and its whole environment. */
export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * How a command of `npx mesh-tracing` is run on this machine as on one that knows the cluster's names: Kiali is found by its
 * Service's name, which leads to its pod in a hosts file that only this command sees, and is asked as its own account;
 * requests, where some are to be sent, enter at the ingress gateway's pod.
 *
 * @param name the control plane's
 * @param options the command's own; what they say holds, where it is also given here
 * @throws UserError where the data plane does not run
 */
export async function traceCommand(
  name: string,
  command: TraceCommand,
  options: readonly string[],
): Promise<Invocation> {
  const folder = controlPlaneFolder(name);
  await runningNetwork(folder);
  const kubectl = new Kubectl(await prepareToolset(), folder);
  const deployed = await readMesh(kubectl);
  const kiali = await reachKiali(folder, kubectl, deployed);
  const sends = options.some((option) => /^--send(=|$)/.test(option));
  const entry = sends ? await bookinfoGateway(kubectl, deployed) : undefined;
  const page = entry && ["--url", `http://${entry.address}:${entry.port}/productpage`, "--host", entry.host];
  const script = path.join(projectFolder, "cli", "mesh-tracing.mjs");
  return {
    program: "unshare",
    args: [
      ...["--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', kiali.hosts],
      ...[process.execPath, script, command],
      ...["--kiali-url", kiali.url, "--ca-file", kiali.authority],
      ...["--control-plane", deployed.controlPlane.metadata.namespace],
      ...(page ?? []),
      ...options,
    ],
    env: { ...process.env, KUBECONFIG: folder.kubeconfig, KIALI_TOKEN: kiali.token },
  };
}

/** Where Kiali is, and what it takes to ask it. */
async function reachKiali(folder: ControlPlaneFolder, kubectl: Kubectl, deployed: DeployedMesh) {
  const pod = runningPods(deployed, { "app.kubernetes.io/name": "kiali" }, "Kiali")[0]!;
  const { namespace } = pod.metadata;
  const service = named(deployed.services, namespace, "kiali");
  const authority = named(deployed.configMaps, namespace, "openshift-service-ca.crt")?.data?.["service-ca.crt"];
  if (!service || authority === undefined) {
    throw new UserError(`Kiali's Service or the service CA is not in namespace ${namespace}: was pulumi up done?`);
  }
  const home = path.join(dataPlaneFolder(folder), "kiali-access");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const files = { hosts: path.join(home, "hosts"), authority: path.join(home, "service-ca.crt") };
  const host = `kiali.${namespace}.svc`;
  // The machine's own names stay known.
  const own = (await readFile("/etc/hosts", "utf8")).trimEnd();
  await writeFile(files.hosts, `${own}\n${addressOf(pod)} ${host}\n`);
  await writeFile(files.authority, authority);
  const account = pod.spec.serviceAccountName ?? "default";
  const token = (await kubectl.run(["create", "token", account, "-n", namespace])).trim();
  return { ...files, url: `https://${host}:${service.spec?.ports?.[0]?.port}`, token };
}
