import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { generate } from "selfsigned";
import { stringify } from "yaml";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { answersOk, listens, waitUntilHealthy } from "../../cluster/health";
import type { Kubectl } from "../../cluster/kubectl";
import type { ControlPlane } from "../deployed";
import type { PodRange } from "../network";
import { DataPlaneProcess, dataPlaneFolder } from "../process";
import type { IstioApiSettings } from "./istioApi";
import { istiodEnvironment, sharedMeshConfig, sharedMeshConfigName } from "./meshConfig";

/** Where istiod listens, on the host's address among the pods; the API that it reads beside it. */
const ports = { xds: 15012, debug: 15080, monitoring: 15014, api: 15016 };

/** The name under which proxies look for istiod, with its port. */
export function discoveryAddress({ metadata: { name, namespace } }: ControlPlane): string {
  return `istiod-${name}.${namespace}.svc:${ports.xds}`;
}

/** The proxy through which istiod reads the API server. */
const istioApi = (folder: ControlPlaneFolder, { hostAddress }: PodRange) =>
  new DataPlaneProcess(folder, {
    name: "istio-api",
    port: ports.api,
    isHealthy: () => listens(ports.api, hostAddress),
  });

/** Istiod. It runs on the host, whose loopback address is where the API server listens. */
const istiod = (folder: ControlPlaneFolder, { hostAddress }: PodRange) =>
  new DataPlaneProcess(folder, {
    name: "istiod",
    port: ports.xds,
    isHealthy: () => answersOk(`http://${hostAddress}:${ports.debug}/ready`),
  });

/** The proxy's settings: those of its last start, else with a new certificate and token. */
async function apiSettings(file: string, { hostAddress }: PodRange, kubeconfig: string): Promise<IstioApiSettings> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as IstioApiSettings;
  } catch {
    const { cert, private: key } = await generate([{ name: "commonName", value: "istio-api" }], {
      keyType: "ec",
      algorithm: "sha256",
      notAfterDate: new Date(Date.now() + 10 * 365 * 24 * 3600 * 1000),
      extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: hostAddress }] }],
    });
    const token = randomBytes(32).toString("base64url");
    const settings = { host: hostAddress, port: ports.api, cert, key, token, kubeconfig };
    await writeFile(file, JSON.stringify(settings), { mode: 0o600 });
    return settings;
  }
}

/** A kubeconfig that leads to the proxy. */
function kubeconfigFor({ host, port, cert, token }: IstioApiSettings): string {
  const name = "istio-api";
  const cluster = {
    server: `https://${host}:${port}`,
    "certificate-authority-data": Buffer.from(cert).toString("base64"),
  };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
  });
}

/**
 * Starts istiod, or starts it anew where its settings have changed, and waits until it serves.
 * @param program path of pilot-discovery
 */
export async function startIstiod(
  folder: ControlPlaneFolder,
  range: PodRange,
  controlPlane: ControlPlane,
  kubectl: Kubectl,
  program: string,
): Promise<void> {
  const own = path.join(dataPlaneFolder(folder), "istiod");
  await mkdir(own, { recursive: true });
  const { namespace } = controlPlane.metadata;
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: sharedMeshConfigName, namespace },
    data: { mesh: stringify(sharedMeshConfig(controlPlane)) },
  };
  await kubectl.apply(["-f", "-"], JSON.stringify(configMap));

  const settingsFile = path.join(own, "api.json");
  const settings = await apiSettings(settingsFile, range, folder.kubeconfig);
  const api = istioApi(folder, range);
  await api.ensure({
    program: process.execPath,
    args: ["--import", "tsx", path.join(__dirname, "istioApi.ts"), settingsFile],
    cwd: __dirname,
  });
  await waitUntilHealthy(api, 30);

  const access = path.join(own, "kubeconfig");
  await writeFile(access, kubeconfigFor(settings), { mode: 0o600 });
  const server = istiod(folder, range);
  await server.ensure({
    program,
    args: [
      "discovery",
      `--kubeconfig=${access}`,
      `--secureGRPCAddr=${range.hostAddress}:${ports.xds}`,
      `--httpAddr=${range.hostAddress}:${ports.debug}`,
      `--monitoringAddr=${range.hostAddress}:${ports.monitoring}`,
      // Without certificates on the way in, and the webhooks, which stand-ins play.
      "--grpcAddr=",
      "--httpsAddr=",
      "--ctrlz_port=0",
      "--shutdownDuration=1s",
    ],
    cwd: own,
    env: { HOME: own, ...istiodEnvironment(controlPlane) },
  });
  await waitUntilHealthy(server, 60);
}

/** Ends istiod, and forgets its certificate and token. Harmless where it does not run. */
export async function stopIstiod(folder: ControlPlaneFolder): Promise<void> {
  // Where they listen does not matter for that.
  const anywhere = { prefix: "", hostAddress: "" };
  await istiod(folder, anywhere).process.stop();
  await istioApi(folder, anywhere).process.stop();
  await rm(path.join(dataPlaneFolder(folder), "istiod"), { recursive: true, force: true });
}
