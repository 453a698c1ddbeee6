import * as pulumi from "@pulumi/pulumi";
import type { KialiPatchSpec } from "./customResources";
import { kialiPatch } from "./customResources";
import { shortHash } from "./hash";
import { kialiTookUp, routeHost } from "./probes";
import type { Readiness } from "./readiness";
import type { ServiceMesh } from "./serviceMesh";
import type { TraceStore } from "./traceStore";

/** Arguments of {@link Kiali}. */
export interface KialiArgs {
  /** The mesh whose addon made Kiali. */
  readonly mesh: ServiceMesh;
  /** Where Kiali finds the traces. */
  readonly traceStore: TraceStore;
  /** Waits for the Kiali operator. */
  readonly readiness: Readiness;
}

/** Pod annotation with a digest of the tracing settings: on the pods it proves that Kiali runs with them. */
const settingsAnnotation = "mesh-tracing/tracing-settings";

/**
 * Kiali's tracing settings. The Kiali resource is the mesh addon's; this adds the fields it needs and leaves the others
 * alone. The addon's own tracing settings (Jaeger's address, basic authentication as `internal`) are replaced, since
 * Kiali would send that password to Tempo.
 */
export class Kiali extends pulumi.ComponentResource {
  /** URL of Kiali outside the cluster. */
  readonly url: pulumi.Output<string>;
  /** URL of Kiali inside the cluster, with a certificate of OpenShift's service CA; resolved once Kiali shows traces. */
  readonly inClusterUrl: pulumi.Output<string>;
  /** Namespace of Kiali. */
  readonly namespace: pulumi.Output<string>;
  /** ServiceAccount that may ask Kiali for every namespace it shows. */
  readonly serviceAccountName: pulumi.Output<string>;

  constructor(name: string, args: KialiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:kiali:Kiali", name, {}, opts);
    const { mesh, readiness } = args;
    const tracing: KialiPatchSpec["external_services"]["tracing"] = {
      enabled: true,
      auth: { type: "none" },
      in_cluster_url: args.traceStore.queryUrl,
      url: args.traceStore.uiUrl,
      use_grpc: false,
      query_timeout: 30,
    };
    const digest = pulumi.output(tracing).apply(shortHash);
    const resource = kialiPatch(
      `${name}-tracing`,
      {
        metadata: { name: mesh.kiali.name, namespace: mesh.kiali.namespace },
        spec: {
          kiali_feature_flags: { certificates_information_indicators: { enabled: false } },
          deployment: { pod_annotations: { [settingsAnnotation]: digest } },
          external_services: { tracing },
        },
      },
      { parent: this },
    );
    const named = { namespace: mesh.kiali.namespace, kialiName: mesh.kiali.name };
    // A preview does not know the digest while the router has yet to give a host, but it knows where Kiali is.
    const settled = pulumi.runtime.isDryRun()
      ? pulumi.output(named)
      : pulumi
          .all([named, digest])
          .apply(([known, value]) =>
            readiness.gate(resource, known, kialiTookUp(known.namespace, known.kialiName, settingsAnnotation, value)),
          );
    this.namespace = settled.namespace;
    this.inClusterUrl = pulumi.interpolate`https://${settled.kialiName}.${settled.namespace}.svc.cluster.local:20001`;
    this.serviceAccountName = pulumi.interpolate`${settled.kialiName}-service-account`;
    this.url = settled.apply(
      ({ namespace, kialiName }) =>
        pulumi.interpolate`https://${readiness.read(resource, routeHost(namespace, kialiName))}`,
    );
    this.registerOutputs({ url: this.url });
  }
}
