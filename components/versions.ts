/**
 * Every API version and image the program uses, and nothing else: an upgrade is a change of this file.
 *
 * The API versions are those that OpenShift Service Mesh 2.5 (Istio 1.18) and tempo-operator 0.20 serve. Newer ones
 * (Telemetry v1, networking v1) exist only from Istio 1.22 on and would be refused by an OSSM 2.5 cluster.
 */
export const apiVersions = {
  /** Maistra's control plane; v1 is still served but older. */
  serviceMeshControlPlane: "maistra.io/v2",
  /** Maistra's member roll; moves together with the control plane's operator. */
  serviceMeshMemberRoll: "maistra.io/v1",
  /** Telemetry as Istio 1.18 serves it. */
  telemetry: "telemetry.istio.io/v1alpha1",
  /** Gateway, VirtualService, DestinationRule as Istio 1.18 serves them. */
  networking: "networking.istio.io/v1beta1",
  /** TempoStack. */
  tempo: "tempo.grafana.com/v1alpha1",
  /** Kiali, written by the mesh's addon and patched by us. */
  kiali: "kiali.io/v1alpha1",
  /** OpenShift's Route; an aggregated API on OpenShift, a CRD elsewhere. */
  route: "route.openshift.io/v1",
  /** OLM's record of an installed operator, read for its version only. */
  clusterServiceVersion: "operators.coreos.com/v1alpha1",
} as const;

/** The `spec.version` of the control plane. The zipkin extension provider needs v2.5 or newer. */
export const serviceMeshVersion = "v2.5";

/** Oldest Maistra operator that leaves Kiali's tracing on when `tracing.type` is None (maistra/istio-operator#1568). */
export const minimumServiceMeshOperator = "2.5.0";

/**
 * Images of the workloads that this program itself runs. Tempo's, Kiali's and the mesh's are chosen by their operators.
 * MinIO and its client end with these releases: the project stopped publishing images in October 2025
 * (minio/minio#21647), so a stack that keeps MinIO should point `objectStorage.image` at a maintained build by digest.
 */
export const images = {
  minio: "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
  minioClient: "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z",
  /** Runs the traffic and verification scripts; Node 22 on UBI 9, runs under any user id. */
  jobs: "registry.access.redhat.com/ubi9/nodejs-22-minimal:9.6",
  /** Maistra's builds of the Bookinfo services; one tag for all of them. */
  bookinfoRepository: "quay.io/maistra/examples-bookinfo-",
  bookinfoTag: "2.4.0",
} as const;
