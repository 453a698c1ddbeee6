import * as pulumi from "@pulumi/pulumi";
import type { Kiali } from "../../components/kiali";
import type { MeshTelemetry } from "../../components/meshTelemetry";
import type { Minio } from "../../components/minio";
import type { ServiceMesh } from "../../components/serviceMesh";
import type { TraceStore } from "../../components/traceStore";
import type { Traffic } from "../../components/traffic";
import type { Bookinfo } from "../../components/bookinfo";

/*
 * Stand-ins for the layers below a component under test. Their values are none that the program would write by itself,
 * so that a literal in the place of an output shows.
 */

/** A mesh in another namespace, with another gateway, provider and Kiali. */
export const mesh: ServiceMesh = {
  rootNamespace: pulumi.output("mesh-root"),
  tracingProvider: pulumi.output("spans"),
  members: pulumi.output(["elsewhere", "shop"]),
  kiali: { name: pulumi.output("console"), namespace: pulumi.output("mesh-root") },
  ingressGateway: { service: "front-door", httpPort: "plain", selector: { istio: "front" } },
  membership: (namespace) => {
    throw new Error(`unexpected question for ${namespace}`);
  },
};

/** A trace store that is elsewhere, with the seventh generation of its storage's credentials. */
export const traceStore = {
  zipkin: { service: pulumi.output("spans.elsewhere.svc.cluster.local"), port: pulumi.output(1234) },
  queryUrl: pulumi.output("http://query.elsewhere.svc.cluster.local:5678"),
  uiUrl: pulumi.output("https://traces.example.test"),
  storageSecretName: pulumi.output("minio-7"),
} as unknown as TraceStore;

/** An object storage. */
export const minio = {
  secretName: pulumi.output("storage-credentials"),
  endpoint: pulumi.output("http://s3.elsewhere.svc.cluster.local:9999"),
  rootSecretName: pulumi.output("storage-root"),
} as unknown as Minio;

/** A telemetry that traces every eighth request. */
export const telemetry = { samplingPercentage: pulumi.output(12.5) } as unknown as MeshTelemetry;

/** A demo behind another gateway. */
export const bookinfo = {
  ingress: {
    url: pulumi.output("http://front-door.mesh-root.svc.cluster.local/productpage"),
    host: pulumi.output("demo.example.test"),
  },
} as unknown as Bookinfo;

/** Traffic of two requests. */
export const traffic = { traceIds: pulumi.output(["a".repeat(32), "b".repeat(32)]) } as unknown as Traffic;

/** A Kiali in another namespace. */
export const kiali = {
  inClusterUrl: pulumi.output("https://console.mesh-root.svc.cluster.local:20001"),
  namespace: pulumi.output("mesh-root"),
  serviceAccountName: pulumi.output("console-account"),
} as unknown as Kiali;
