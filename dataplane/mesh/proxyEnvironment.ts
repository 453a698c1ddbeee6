import type { Container, Pod } from "../deployed";
import type { ControlPlane } from "./deployedMesh";
import { discoveryAddress } from "./istiod";

/** The container that the injector adds, and the one that a gateway consists of. */
export const proxyContainer = "istio-proxy";

/** Name of the Deployment that a pod belongs to: its ReplicaSet's without the hash. */
export function workloadName({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.[0];
  if (owner?.kind !== "ReplicaSet") return owner?.name ?? metadata.name;
  return owner.name.replace(/-[^-]+$/, "");
}

/** Lines as the kubelet writes a pod's labels or annotations into a file of its own. */
export function podInfo(entries: Readonly<Record<string, string>> = {}): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join("");
}

/** Where in a pod's folder the agent finds what an image or a volume would bring; it looks there by relative paths. */
export const proxyPaths = {
  agent: "bin/pilot-agent",
  envoy: "bin/envoy",
  bootstrapTemplate: "var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
  labels: "etc/istio/pod/labels",
  annotations: "etc/istio/pod/annotations",
  rootCertificate: "var/run/secrets/istio/root-cert.pem",
  token: "var/run/secrets/tokens/istio-token",
  /** What Envoy and the agent write. */
  written: ["etc/istio/proxy", "var/run/secrets/workload-spiffe-uds"],
} as const;

/**
 * The agent's environment, as the injector's template has it (istio/istio:manifests/charts/istio-control/istio-discovery/files/
 * injection-template.yaml, of release 1.27).
 */
export function proxyEnvironment(pod: Pod, controlPlane: ControlPlane): Record<string, string> {
  const applications = pod.spec.containers.filter(({ name }) => name !== proxyContainer);
  const ports = applications.flatMap(({ ports }: Container) => ports ?? []);
  const workload = workloadName(pod);
  const address = discoveryAddress(controlPlane);
  return {
    PILOT_CERT_PROVIDER: "istiod",
    CA_ADDR: address,
    TRUST_DOMAIN: "cluster.local",
    POD_NAME: pod.metadata.name,
    POD_NAMESPACE: pod.metadata.namespace,
    INSTANCE_IP: pod.status?.podIP ?? "",
    SERVICE_ACCOUNT: pod.spec.serviceAccountName ?? "default",
    PROXY_CONFIG: JSON.stringify({
      discoveryAddress: address,
      binaryPath: `./${proxyPaths.envoy}`,
      proxyBootstrapTemplatePath: `./${proxyPaths.bootstrapTemplate}`,
      concurrency: 1,
      // What a change of configuration replaces, and a proxy that is ended, lets go of its connections at once.
      drainDuration: "1s",
      terminationDrainDuration: "0s",
    }),
    // The least that there is: seven proxies make their keys at the same moment.
    ECC_SIGNATURE_ALGORITHM: "ECDSA",
    ISTIO_META_CLUSTER_ID: "Kubernetes",
    ISTIO_META_INTERCEPTION_MODE: "REDIRECT",
    ISTIO_META_MESH_ID: "cluster.local",
    ISTIO_META_POD_PORTS: JSON.stringify(ports),
    ISTIO_META_APP_CONTAINERS: applications.map(({ name }) => name).join(","),
    ISTIO_META_WORKLOAD_NAME: workload,
    ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${pod.metadata.namespace}/deployments/${workload}`,
  };
}
