import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { apiVersions } from "./versions";

/**
 * Typed factories for the custom resources that the program makes. `CustomResource` itself accepts any field, so a
 * misspelt one would pass the compiler and be pruned, or ignored, by the cluster.
 */

/** Name, namespace and labels of a custom resource; both names are always explicit, since others refer to them. */
export interface Metadata {
  readonly name: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** An entry of Istio's `meshConfig.extensionProviders` that sends spans in Zipkin's format. */
export interface ZipkinExtensionProvider {
  readonly name: string;
  readonly zipkin: {
    /** FQDN of the Service; it must be in a namespace that the mesh sees. */
    readonly service: pulumi.Input<string>;
    readonly port: pulumi.Input<number>;
  };
}

/** The fields of ServiceMeshControlPlane (maistra.io/v2) that the program sets. */
export interface ServiceMeshControlPlaneSpec {
  readonly version: string;
  readonly security: { readonly identity: { readonly type: "ThirdParty" | "Kubernetes" } };
  readonly tracing: {
    readonly type: "None" | "Jaeger";
    /** In units of 0.01 %: 10000 is every request. */
    readonly sampling: number;
  };
  readonly meshConfig: { readonly extensionProviders: readonly ZipkinExtensionProvider[] };
  readonly addons: {
    readonly kiali: { readonly enabled: boolean; readonly name: string };
    readonly grafana: { readonly enabled: boolean };
  };
}

/** The fields of ServiceMeshMemberRoll that the program sets. */
export interface ServiceMeshMemberRollSpec {
  readonly members: readonly pulumi.Input<string>[];
}

/** The fields of Telemetry that the program sets. */
export interface TelemetrySpec {
  readonly tracing: readonly {
    readonly providers: readonly { readonly name: pulumi.Input<string> }[];
    /** In percent: 100 is every request. */
    readonly randomSamplingPercentage: number;
  }[];
}

/** The fields of TempoStack that the program sets. */
export interface TempoStackSpec {
  readonly storage: { readonly secret: { readonly name: pulumi.Input<string>; readonly type: "s3" } };
  readonly storageSize: string;
  readonly retention: { readonly global: { readonly traces: string } };
  readonly size?: string;
  readonly resources?: { readonly total: { readonly limits: { readonly memory: string; readonly cpu: string } } };
  readonly template: {
    readonly queryFrontend: {
      readonly jaegerQuery: { readonly enabled: boolean; readonly ingress: { readonly type: "route" } };
    };
  };
}

/** The fields of Kiali that the program adds to the resource which the mesh's addon owns. */
export interface KialiPatchSpec {
  readonly kiali_feature_flags: { readonly certificates_information_indicators: { readonly enabled: boolean } };
  readonly deployment: { readonly pod_annotations: Readonly<Record<string, pulumi.Input<string>>> };
  readonly external_services: {
    readonly tracing: {
      readonly enabled: boolean;
      readonly auth: { readonly type: "none" };
      readonly in_cluster_url: pulumi.Input<string>;
      readonly url: pulumi.Input<string>;
      readonly use_grpc: boolean;
      /** In seconds. */
      readonly query_timeout: number;
    };
  };
}

/** The fields of Route that the program sets; the host is left to the router. */
export interface RouteSpec {
  readonly to: { readonly kind: "Service"; readonly name: string };
  readonly port: { readonly targetPort: string };
  readonly tls: { readonly termination: "edge"; readonly insecureEdgeTerminationPolicy: "Redirect" };
}

/** The fields of Istio's Gateway that the program sets. */
export interface GatewaySpec {
  readonly selector: Readonly<Record<string, string>>;
  readonly servers: readonly {
    readonly port: { readonly number: number; readonly name: string; readonly protocol: "HTTP" };
    readonly hosts: readonly pulumi.Input<string>[];
  }[];
}

/** The fields of VirtualService that the program sets. */
export interface VirtualServiceSpec {
  readonly hosts: readonly pulumi.Input<string>[];
  readonly gateways: readonly pulumi.Input<string>[];
  readonly http: readonly {
    readonly match: readonly { readonly uri: { readonly exact: string } | { readonly prefix: string } }[];
    readonly route: readonly {
      readonly destination: { readonly host: string; readonly port: { readonly number: number } };
    }[];
  }[];
}

/** The fields of DestinationRule that the program sets. */
export interface DestinationRuleSpec {
  readonly host: string;
  readonly subsets: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
}

type Factory<Spec> = (
  name: string,
  args: { readonly metadata: Metadata; readonly spec: Spec },
  opts: pulumi.CustomResourceOptions,
) => k8s.apiextensions.CustomResource;

function factory<Spec>(apiVersion: string, kind: string): Factory<Spec> {
  return (name, { metadata, spec }, opts) =>
    new k8s.apiextensions.CustomResource(name, { apiVersion, kind, metadata, spec }, opts);
}

/** Makes a ServiceMeshControlPlane. */
export const serviceMeshControlPlane = factory<ServiceMeshControlPlaneSpec>(
  apiVersions.serviceMeshControlPlane,
  "ServiceMeshControlPlane",
);

/** Makes a ServiceMeshMemberRoll; Maistra accepts only the name `default`. */
export const serviceMeshMemberRoll = factory<ServiceMeshMemberRollSpec>(
  apiVersions.serviceMeshMemberRoll,
  "ServiceMeshMemberRoll",
);

/** Makes a Telemetry. */
export const telemetry = factory<TelemetrySpec>(apiVersions.telemetry, "Telemetry");

/** Makes a TempoStack. */
export const tempoStack = factory<TempoStackSpec>(apiVersions.tempo, "TempoStack");

/** Makes a Route. */
export const route = factory<RouteSpec>(apiVersions.route, "Route");

/** Makes an Istio Gateway. */
export const gateway = factory<GatewaySpec>(apiVersions.networking, "Gateway");

/** Makes a VirtualService. */
export const virtualService = factory<VirtualServiceSpec>(apiVersions.networking, "VirtualService");

/** Makes a DestinationRule. */
export const destinationRule = factory<DestinationRuleSpec>(apiVersions.networking, "DestinationRule");

/**
 * Adds fields to a Kiali resource that somebody else owns, by server-side apply under a field manager of its own. Two
 * of the fields (`auth`, `in_cluster_url`) were first written by the mesh's operator, hence the force; it covers only
 * the fields named here. The live object carries a password that the operator wrote, in its
 * spec and in an annotation that repeats the spec, so all of it is kept secret in the state.
 */
export function kialiPatch(
  name: string,
  args: { readonly metadata: Metadata; readonly spec: KialiPatchSpec },
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResourcePatch {
  const annotations = { ...args.metadata.annotations, "pulumi.com/patchForce": "true" };
  return new k8s.apiextensions.CustomResourcePatch(
    name,
    { apiVersion: apiVersions.kiali, kind: "Kiali", metadata: { ...args.metadata, annotations }, spec: args.spec },
    { ...opts, additionalSecretOutputs: ["metadata", "spec", "status"] },
  );
}
