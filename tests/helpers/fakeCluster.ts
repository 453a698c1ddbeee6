import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { ClusterReader } from "../../components/clusterApi";
import { ClusterError } from "../../components/kubeconfig";

/** Answers to GETs by path, query included where the asked path has one; a missing path is a 404. */
export type Answers = Record<string, unknown>;

/** The UID that the stand-in cluster's kube-system has. */
export const clusterUid = "5f0c6c9e-0000-4000-8000-000000000001";

const kinds: Record<string, string[]> = {
  "maistra.io/v2": ["ServiceMeshControlPlane"],
  "maistra.io/v1": ["ServiceMeshMemberRoll"],
  "telemetry.istio.io/v1alpha1": ["Telemetry"],
  "networking.istio.io/v1beta1": ["Gateway", "VirtualService", "DestinationRule"],
  "tempo.grafana.com/v1alpha1": ["TempoStack"],
  "kiali.io/v1alpha1": ["Kiali"],
  "route.openshift.io/v1": ["Route"],
};

/** A cluster with all prerequisites and none of the program's objects. */
export function preparedCluster(): Answers {
  return {
    "/api/v1/namespaces/kube-system": { metadata: { name: "kube-system", uid: clusterUid } },
    "/api/v1/namespaces": { items: [{ metadata: { name: "kube-system", uid: clusterUid } }] },
    "/apis/operators.coreos.com/v1alpha1/namespaces/openshift-operators/clusterserviceversions": {
      items: [
        {
          metadata: { name: "servicemeshoperator.v2.5.1" },
          spec: { version: "2.5.1-0" },
          status: { phase: "Succeeded" },
        },
      ],
    },
    ...Object.fromEntries(
      Object.entries(kinds).map(([groupVersion, names]) => [
        `/apis/${groupVersion}`,
        { resources: names.map((kind) => ({ kind })) },
      ]),
    ),
  };
}

/** A Route that a router has admitted under this host. */
export function admittedRoute(host: string): unknown {
  return { spec: { host }, status: { ingress: [{ conditions: [{ type: "Admitted", status: "True" }] }] } };
}

/** What operators have made of the dev stack once all is ready. */
export function deployedCluster(kialiSettings: () => string | undefined): Answers {
  const istio = "istio-system";
  return {
    ...preparedCluster(),
    [`/apis/maistra.io/v2/namespaces/${istio}/servicemeshcontrolplanes/istio-system`]: {
      metadata: { generation: 1 },
      status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }], readiness: { components: {} } },
    },
    [`/apis/maistra.io/v1/namespaces/${istio}/servicemeshmemberrolls/default`]: {
      status: { configuredMembers: ["tracing-system", "bookinfo"] },
    },
    "/apis/tempo.grafana.com/v1alpha1/namespaces/tracing-system/tempostacks/simplest": {
      status: { conditions: [{ type: "Ready", status: "True" }] },
    },
    [`/apis/kiali.io/v1alpha1/namespaces/${istio}/kialis/kiali`]: {
      status: { conditions: [{ type: "Successful", status: "True" }] },
    },
    [`/apis/apps/v1/namespaces/${istio}/deployments/kiali`]: () => ({
      metadata: { generation: 2 },
      spec: {
        replicas: 1,
        template: { metadata: { annotations: { "mesh-tracing/tracing-settings": kialiSettings() } } },
      },
      status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 },
    }),
    [`/apis/route.openshift.io/v1/namespaces/${istio}/routes/kiali`]: admittedRoute(
      "kiali-istio-system.apps.example.test",
    ),
    [`/apis/route.openshift.io/v1/namespaces/${istio}/routes/bookinfo-productpage`]: admittedRoute(
      "bookinfo-productpage-istio-system.apps.example.test",
    ),
    "/apis/route.openshift.io/v1/namespaces/tracing-system/routes/tempo-simplest-query-frontend": admittedRoute(
      "tempo-simplest-query-frontend-tracing-system.apps.example.test",
    ),
  };
}

function answerOf(answers: Answers, requested: string): unknown {
  const found = answers[requested] ?? answers[requested.split("?")[0]!];
  return typeof found === "function" ? (found as () => unknown)() : found;
}

/** A cluster that answers from a table: a stand-in for unit tests, where no API server is wanted. */
export class FakeCluster implements ClusterReader {
  constructor(readonly answers: Answers) {}

  get<T>(requested: string): Promise<T | undefined> {
    const answer = answerOf(this.answers, requested);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer as T | undefined);
  }
}

/** An error as the cluster's client reports it. */
export function unreachable(): ClusterError {
  return new ClusterError("context x (https://127.0.0.1:1) cannot be reached: connect ECONNREFUSED 127.0.0.1:1");
}

/** A stand-in API server on loopback with a kubeconfig, for tests that run the whole program. */
export class FakeApiServer {
  readonly kubeconfig: string;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "mesh-tracing-api-"));

  private constructor(
    private readonly server: http.Server,
    contexts: readonly string[],
  ) {
    this.kubeconfig = path.join(this.folder, "kubeconfig");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(
      this.kubeconfig,
      JSON.stringify({
        clusters: [{ name: "fake", cluster: { server: url } }],
        users: [{ name: "fake", user: {} }],
        contexts: contexts.map((name) => ({ name, context: { cluster: "fake", user: "fake" } })),
      }),
    );
  }

  /** Starts it. */
  static async start(answers: Answers, contexts: readonly string[]): Promise<FakeApiServer> {
    const server = http.createServer((request, response) => {
      const answer = answerOf(answers, request.url ?? "");
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "not found" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FakeApiServer(server, contexts);
  }

  /** Stops it and removes the kubeconfig. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}
