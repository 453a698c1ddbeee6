import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { recommendedLabels } from "./labels";
import { restrictedPod } from "./podSecurity";
import { images } from "./versions";

/** One of Bookinfo's services. */
export interface BookinfoService {
  /** Name of the Service and value of the pods' `app` label, which Kiali and Istio name spans by. */
  readonly name: string;
  /** Versions that run side by side. */
  readonly versions: readonly string[];
  /** Folders the server writes to. */
  readonly writes: readonly string[];
  /** Environment of the container. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further pod annotations. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The services of the demo, as Istio's samples/bookinfo defines them. */
export const services: readonly BookinfoService[] = [
  { name: "details", versions: ["v1"], writes: [] },
  { name: "ratings", versions: ["v1"], writes: [] },
  {
    name: "reviews",
    versions: ["v1", "v2", "v3"],
    writes: ["/tmp", "/opt/ibm/wlp/output"],
    env: { LOG_DIR: "/tmp/logs" },
  },
  {
    name: "productpage",
    versions: ["v1"],
    writes: ["/tmp"],
    annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "9080", "prometheus.io/path": "/metrics" },
  },
];

/** Where a workload runs and as whom. */
export interface Placement {
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccountName: pulumi.Input<string>;
}

/** The Deployment of one version of a service. */
export function bookinfoWorkload(
  service: BookinfoService,
  version: string,
  placement: Placement,
): k8s.types.input.apps.v1.Deployment {
  const selector = { app: service.name, version };
  const inject = { "sidecar.istio.io/inject": "true" };
  const volumes = service.writes.map((mountPath) => ({ name: mountPath.slice(1).replaceAll("/", "-"), mountPath }));
  return {
    metadata: {
      name: `${service.name}-${version}`,
      namespace: placement.namespace,
      labels: { ...recommendedLabels("bookinfo", service.name), ...selector },
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...selector, ...inject }, annotations: { ...service.annotations, ...inject } },
        spec: {
          serviceAccountName: placement.serviceAccountName,
          automountServiceAccountToken: false,
          securityContext: restrictedPod,
          containers: [
            {
              name: service.name,
              image: `${images.bookinfoRepository}${service.name}-${version}:${images.bookinfoTag}`,
              imagePullPolicy: "IfNotPresent",
              ports: [{ name: "http", containerPort: 9080 }],
              env: Object.entries(service.env ?? {}).map(([name, value]) => ({ name, value })),
              readinessProbe: { tcpSocket: { port: 9080 }, periodSeconds: 5 },
              resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
              // The images keep their own writable root: their servers unpack themselves at start.
              securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
              volumeMounts: volumes,
            },
          ],
          volumes: volumes.map(({ name }) => ({ name, emptyDir: {} })),
        },
      },
    },
  };
}
