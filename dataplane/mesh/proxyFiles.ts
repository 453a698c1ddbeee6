import { chown, copyFile, link, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interrupted, UserError } from "../../cluster/interruption";
import type { Kubectl } from "../../cluster/kubectl";
import type { Pod } from "../deployed";
import type { ControlPlane } from "./deployedMesh";
import { podInfo, proxyPaths } from "./proxyEnvironment";

/** The user that the proxy runs as, by whom its own connections are told from those that it has to catch. */
export const proxyUser = 1337;

/** Programs and files of the proxy's image. */
export interface ProxyFiles {
  readonly agent: string;
  readonly envoy: string;
  /** Istio's template of Envoy's first configuration. */
  readonly bootstrapTemplate: string;
}

/** Makes a program of the cache available in a folder: the same file where that is possible. */
async function place(file: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await rm(target, { force: true });
  await link(file, target).catch(() => copyFile(file, target));
}

/**
 * The mesh's root certificate as a pod of the mesh mounts it, once it is that of the istiod that runs: there may be one from
 * before it was started.
 */
async function rootCertificate(namespace: string, { metadata }: ControlPlane, kubectl: Kubectl): Promise<string> {
  const read = (kind: string, name: string, from: string, key: string) =>
    kubectl.run(["get", kind, name, "-n", from, "--ignore-not-found", "-o", `jsonpath={.data.${key}}`]);
  const authority = await read("secret", "istio-ca-secret", metadata.namespace, "ca-cert\\.pem");
  const wanted = Buffer.from(authority, "base64").toString("utf8");
  for (const deadline = Date.now() + 30_000; ; await sleep(200, undefined, { signal: interrupted })) {
    const published = await read("configmap", "istio-ca-root-cert", namespace, "root-cert\\.pem");
    if (published === wanted && wanted !== "") return published;
    if (Date.now() > deadline) {
      throw new UserError(`istiod has not published its root certificate in namespace ${namespace} within 30 s`);
    }
  }
}

/**
 * Writes into a pod's folder what image and volumes would bring: programs, template, labels, the mesh's root certificate and
 * a token of the pod's service account, by which istiod knows who asks it for a certificate.
 */
export async function layOutProxy(
  podFolder: string,
  pod: Pod,
  controlPlane: ControlPlane,
  files: ProxyFiles,
  kubectl: Kubectl,
): Promise<void> {
  const inPod = (name: string) => path.join(podFolder, name);
  const write = async (name: string, content: string, mode = 0o644) => {
    await mkdir(path.dirname(inPod(name)), { recursive: true });
    await writeFile(inPod(name), content, { mode });
    await chown(inPod(name), proxyUser, proxyUser);
  };
  const { name, namespace, labels, annotations } = pod.metadata;
  await place(files.agent, inPod(proxyPaths.agent));
  await place(files.envoy, inPod(proxyPaths.envoy));
  await place(files.bootstrapTemplate, inPod(proxyPaths.bootstrapTemplate));
  await write(proxyPaths.labels, podInfo(labels));
  await write(proxyPaths.annotations, podInfo(annotations));
  await write(proxyPaths.rootCertificate, await rootCertificate(namespace, controlPlane, kubectl));
  const bound = [
    "--bound-object-kind",
    "Pod",
    "--bound-object-name",
    name,
    "--bound-object-uid",
    pod.metadata.uid ?? "",
  ];
  const token = [
    "create",
    "token",
    pod.spec.serviceAccountName ?? "default",
    "-n",
    namespace,
    "--audience",
    "istio-ca",
    ...bound,
  ];
  // A kubelet would renew it; this one lasts longer than anybody lets a demo run.
  await write(proxyPaths.token, await kubectl.run([...token, "--duration", "720h"]), 0o600);
  for (const folder of proxyPaths.written) {
    await mkdir(inPod(folder), { recursive: true });
    await chown(inPod(folder), proxyUser, proxyUser);
  }
}
