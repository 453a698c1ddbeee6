import type { Answers } from "./fakeCluster";

const istio = "/api/v1/namespaces/istio-system";
const smcps = "/apis/maistra.io/v2/namespaces/istio-system/servicemeshcontrolplanes";

/** Paths that tests change the answers of. */
export const paths = {
  controlPlanes: smcps,
  meshConfig: `${istio}/configmaps/istio-istio-system`,
  plainMeshConfig: `${istio}/configmaps/istio`,
  rootTelemetry: "/apis/telemetry.istio.io/v1alpha1/namespaces/istio-system/telemetries",
  bookinfoTelemetry: "/apis/telemetry.istio.io/v1alpha1/namespaces/bookinfo/telemetries",
  gatewayPods: podsPath("istio-system", "istio=ingressgateway"),
  distributor: "/api/v1/namespaces/tracing-system/services/tempo-simplest-distributor",
  queryFrontend: "/api/v1/namespaces/tracing-system/services/tempo-simplest-query-frontend",
  tempoStack: "/apis/tempo.grafana.com/v1alpha1/namespaces/tracing-system/tempostacks/simplest",
  kialis: "/apis/kiali.io/v1alpha1/namespaces/istio-system/kialis",
} as const;

/** Path of the list of an app's pods. */
export function podsPath(namespace: string, selector: string): string {
  return `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
}

/** A pod with these labels, with a sidecar unless told otherwise. */
export function pod(name: string, labels: Record<string, string>, containers = ["app", "istio-proxy"]): object {
  return {
    metadata: { name, labels },
    spec: { containers: containers.map((container) => ({ name: container })) },
    status: { phase: "Running" },
  };
}

/** A Telemetry with one entry for tracing. */
export function telemetry(name: string, namespace: string, tracing: object, selector?: Record<string, string>): object {
  return {
    metadata: { name, namespace },
    spec: { ...(selector && { selector: { matchLabels: selector } }), tracing: [tracing] },
  };
}

/** A Service with these ports. */
function service(name: string, ports: readonly number[]): object {
  const labels = { "app.kubernetes.io/managed-by": "tempo-operator", "app.kubernetes.io/instance": "simplest" };
  return { metadata: { name, labels }, spec: { ports: ports.map((port) => ({ port })) } };
}

const member = (name: string) => ({ metadata: { name, labels: { "maistra.io/member-of": "istio-system" } } });
const apps = { productpage: ["v1"], details: ["v1"], reviews: ["v1", "v2", "v3"], ratings: ["v1"] };

/** The mesh's settings as the program makes them. */
export const meshConfig = {
  extensionProviders: [
    {
      name: "tempo",
      zipkin: { service: "tempo-simplest-distributor.tracing-system.svc.cluster.local", port: 9411 },
    },
  ],
};

/** What the check of the chain reads of a cluster in which everything is in order, at 100 %. */
export function tracedCluster(): Answers {
  return {
    [smcps]: { items: [{ metadata: { name: "istio-system" }, spec: { meshConfig, tracing: { sampling: 10_000 } } }] },
    [paths.meshConfig]: { data: { mesh: JSON.stringify(meshConfig) } },
    [paths.rootTelemetry]: {
      items: [
        telemetry("mesh-default", "istio-system", {
          providers: [{ name: "tempo" }],
          randomSamplingPercentage: 100,
        }),
      ],
    },
    [paths.bookinfoTelemetry]: { items: [] },
    "/api/v1/namespaces/istio-system": member("istio-system"),
    "/api/v1/namespaces/tracing-system": member("tracing-system"),
    "/api/v1/namespaces/bookinfo": member("bookinfo"),
    [paths.gatewayPods]: {
      items: [pod("istio-ingressgateway-1", { app: "istio-ingressgateway", istio: "ingressgateway" }, ["istio-proxy"])],
    },
    ...Object.fromEntries(
      Object.entries(apps).map(([app, versions]) => [
        podsPath("bookinfo", `app=${app}`),
        { items: versions.map((version) => pod(`${app}-${version}-1`, { app, version })) },
      ]),
    ),
    [paths.distributor]: service("tempo-simplest-distributor", [9411, 4317]),
    [paths.queryFrontend]: service("tempo-simplest-query-frontend", [16686, 3200]),
    [paths.tempoStack]: {
      metadata: { name: "simplest" },
      status: {
        conditions: [
          { type: "Pending", status: "False", reason: "Pending", message: "" },
          { type: "Ready", status: "True", reason: "Ready", message: "All components are operational" },
        ],
      },
    },
    [paths.kialis]: {
      items: [
        {
          metadata: { name: "kiali" },
          spec: {
            external_services: {
              tracing: {
                enabled: true,
                in_cluster_url: "http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:16686",
                use_grpc: false,
              },
            },
          },
          status: { conditions: [{ type: "Successful", status: "True" }] },
        },
      ],
    },
  };
}
