import * as k8s from "@pulumi/kubernetes";
import { Bookinfo } from "./components/bookinfo";
import { loadConfig } from "./components/config";
import { CredentialRetirement } from "./components/credentialRetirement";
import { Kiali } from "./components/kiali";
import { MaistraMesh } from "./components/maistraMesh";
import { MeshTelemetry } from "./components/meshTelemetry";
import { Minio } from "./components/minio";
import { bookinfoNamespace, Namespaces, namespacesOf } from "./components/namespaces";
import { checkPrerequisites, openCluster } from "./components/prerequisites";
import { Readiness } from "./components/readiness";
import { TraceStore } from "./components/traceStore";
import { TraceVerification } from "./components/traceVerification";
import { Traffic } from "./components/traffic";

export = async () => {
  const config = loadConfig();
  const cluster = openCluster(config);
  const clusterIdentifier = await checkPrerequisites(cluster, config);
  const readiness = new Readiness(cluster, config.readinessTimeoutMinutes * 60_000);

  // The only provider: Pulumi.<stack>.yaml switches the default one off, so nothing can reach another cluster.
  const provider = new k8s.Provider("cluster", {
    context: config.cluster.context,
    clusterIdentifier,
    enableSecretMutable: true,
    enableConfigMapMutable: true,
    // The default of 50 requests per second is the longest part of a preview with many members. The API server shares out
    // its own capacity among all its clients.
    kubeClientSettings: { qps: 500, burst: 1000 },
  });
  const opts = { provider };

  const namespaces = new Namespaces("namespaces", { namespaces: namespacesOf(config) }, opts);
  const tracing = namespaces.named(config.namespaces.tracing);
  const storage = new Minio("minio", { namespace: tracing, ...config.objectStorage }, opts);
  const traceStore = new TraceStore(
    "trace-store",
    { namespace: tracing, storage, settings: config.traceStore, readiness },
    opts,
  );
  if (config.objectStorage.credentialsGeneration > 1) {
    new CredentialRetirement(
      "credential-retirement",
      { namespace: tracing, storage, traceStore, ...config.objectStorage },
      opts,
    );
  }

  const mesh = new MaistraMesh(
    "mesh",
    {
      namespace: namespaces.named(config.namespaces.controlPlane),
      members: new Map(config.members.map((member) => [member, namespaces.named(member)])),
      zipkin: traceStore.zipkin,
      samplingPercentage: config.sampling,
      readiness,
    },
    opts,
  );
  const telemetry = new MeshTelemetry("telemetry", { mesh, samplingPercentage: config.sampling }, opts);
  const kiali = new Kiali("kiali", { mesh, traceStore, readiness }, opts);

  const bookinfo = config.bookinfo
    ? new Bookinfo(
        "bookinfo",
        { namespace: namespaces.named(bookinfoNamespace), mesh, readiness },
        { ...opts, dependsOn: mesh.membership(bookinfoNamespace) },
      )
    : undefined;
  if (bookinfo) {
    const traffic = new Traffic("traffic", { mesh, bookinfo, telemetry, settings: config.traffic }, opts);
    new TraceVerification(
      "verification",
      { mesh, kiali, traffic, settings: config.verification, image: config.traffic.image },
      opts,
    );
  }

  return {
    kialiUrl: kiali.url,
    tempoUiUrl: traceStore.uiUrl,
    ...(bookinfo && { productpageUrl: bookinfo.productpageUrl }),
    samplingPercentage: telemetry.samplingPercentage,
    members: mesh.members,
  };
};
