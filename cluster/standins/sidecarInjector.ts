/** Stand-in for istiod's sidecar injector: adds the proxy to pods that ask for it, as they are created in the mesh. */
import { allowed, type JsonPatch, type Webhook } from "./admission";
import type { Pod } from "./objects";
import { kinds } from "./objects";
import { rootCertificateName } from "./rootCertificate";
import type { World } from "./world";

const inject = "sidecar.istio.io/inject";
const status = "sidecar.istio.io/status";
const proxyImage = "registry.redhat.io/openshift-service-mesh/proxyv2-rhel8:2.5.1";
const proxyVolumes = ["istio-envoy", "istio-data", "istio-podinfo", "istio-token", "istiod-ca-cert"];

/**
 * Whether a pod asks for a proxy. The label wins over the annotation, and without either there is none: OpenShift Service
 * Mesh 2 injects nothing by default.
 */
export function asksForSidecar(pod: Pod): boolean {
  if (pod.spec.hostNetwork === true) return false;
  return (pod.metadata.labels?.[inject] ?? pod.metadata.annotations?.[inject]) === "true";
}

/** The changes that add the proxy to a pod of the mesh of control plane `revision`. */
export function sidecarPatch(pod: Pod, revision: string): JsonPatch[] {
  const { labels = {}, annotations = {} } = pod.metadata;
  const injected = {
    initContainers: null,
    containers: ["istio-proxy"],
    volumes: proxyVolumes,
    imagePullSecrets: null,
    revision,
  };
  const service = labels["app.kubernetes.io/name"] ?? labels.app ?? pod.metadata.name ?? "unknown";
  const canonical = {
    "service.istio.io/canonical-name": service,
    "service.istio.io/canonical-revision": labels["app.kubernetes.io/version"] ?? labels.version ?? "latest",
  };
  const proxy = {
    name: "istio-proxy",
    image: proxyImage,
    args: ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=warning"],
    env: [
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      { name: "ISTIO_META_WORKLOAD_NAME", value: service },
    ],
    ports: [{ containerPort: 15090, name: "http-envoy-prom", protocol: "TCP" }],
    resources: { requests: { cpu: "10m", memory: "128Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumeMounts: proxyVolumes.map((name) => ({ name, mountPath: `/var/run/secrets/${name}` })),
  };
  const token = { serviceAccountToken: { audience: "istio-ca", expirationSeconds: 43200, path: "istio-token" } };
  const volumes = [
    { name: "istio-envoy", emptyDir: { medium: "Memory" } },
    { name: "istio-data", emptyDir: {} },
    { name: "istio-podinfo", downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
    { name: "istio-token", projected: { sources: [token] } },
    { name: "istiod-ca-cert", configMap: { name: rootCertificateName } },
  ];
  return [
    { op: "add", path: "/spec/containers", value: [...pod.spec.containers, proxy] },
    { op: "add", path: "/spec/volumes", value: [...(pod.spec.volumes ?? []), ...volumes] },
    {
      op: "add",
      path: "/metadata/labels",
      value: { "security.istio.io/tlsMode": "istio", ...canonical, ...labels },
    },
    {
      op: "add",
      path: "/metadata/annotations",
      value: { "istio.io/rev": revision, ...annotations, [status]: JSON.stringify(injected) },
    },
  ];
}

/**
 * The webhook that istiod serves. Its configuration is made with istiod and selects the namespaces of the mesh; as long as
 * no istiod is available it fails, and with it the creation of pods there, as it does when the real Service has no endpoint.
 *
 * @param view what is known of the cluster.
 */
export function injectSidecar(view: () => World): Webhook {
  return ({ namespace = "", object }) => {
    const pod = object as Pod;
    if (!asksForSidecar(pod) || pod.metadata.annotations?.[status] !== undefined) return allowed;
    const world = view();
    const mesh = world.get(kinds.namespace, namespace)?.metadata.labels?.["maistra.io/member-of"];
    const istiod = world
      .list(kinds.deployment, mesh)
      .find(({ metadata }) => metadata.labels?.app === "istiod" && metadata.labels["maistra.io/owner"] === mesh);
    if (mesh === undefined || (istiod?.status?.availableReplicas ?? 0) === 0) {
      throw new Error(`no endpoints available for istiod of ${mesh ?? "the mesh"}`);
    }
    return { patch: sidecarPatch(pod, istiod?.metadata.labels?.["istio.io/rev"] ?? "default") };
  };
}
