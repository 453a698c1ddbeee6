import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import { tempoStack } from "./customResources";
import { recommendedLabels } from "./labels";
import type { ObjectStorage } from "./objectStorage";
import { routeHost, tempoStackReady } from "./probes";
import type { Readiness } from "./readiness";

/** Arguments of {@link TraceStore}. */
export interface TraceStoreArgs {
  /** Namespace, the same as the storage Secret's. */
  readonly namespace: pulumi.Input<string>;
  /** Where traces are kept. */
  readonly storage: ObjectStorage;
  /** Size profile or total resources, volume size and retention. */
  readonly settings: StackConfig["traceStore"];
  /** Waits for tempo-operator. */
  readonly readiness: Readiness;
}

/** A place that proxies send spans to. */
export interface IngestEndpoint {
  /** FQDN of the Service. */
  readonly service: pulumi.Output<string>;
  /** Port of the Service. */
  readonly port: pulumi.Output<number>;
}

const stackName = "simplest";
const zipkinPort = 9411;
const jaegerQueryPort = 16686;

/** Tempo, run by tempo-operator from a TempoStack, with the Jaeger query API and page that Kiali speaks to. */
export class TraceStore extends pulumi.ComponentResource {
  /** Where proxies send spans in Zipkin's format; resolved once Tempo takes them. */
  readonly zipkin: IngestEndpoint;
  /** URL of the Jaeger query API inside the cluster; resolved once Tempo answers there. */
  readonly queryUrl: pulumi.Output<string>;
  /** URL of the query page outside the cluster, from the host that the router gave its Route. */
  readonly uiUrl: pulumi.Output<string>;
  /** The storage Secret that all of Tempo's workloads run with by now. */
  readonly storageSecretName: pulumi.Output<string>;

  constructor(name: string, args: TraceStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:tempo:TraceStore", name, {}, opts);
    const { settings, readiness } = args;
    const stack = tempoStack(
      `${name}-tempo`,
      {
        metadata: { name: stackName, namespace: args.namespace, labels: recommendedLabels("tempo", "trace-store") },
        spec: {
          storage: { secret: { name: args.storage.secretName, type: "s3" } },
          storageSize: settings.storageSize,
          retention: { global: { traces: settings.retention } },
          ...(settings.size !== undefined && { size: settings.size }),
          ...(settings.resources !== undefined && { resources: { total: { limits: settings.resources } } }),
          template: { queryFrontend: { jaegerQuery: { enabled: true, ingress: { type: "route" } } } },
        },
      },
      { parent: this },
    );
    const settled = pulumi.all([args.namespace, args.storage.secretName]).apply(([namespace, storageSecret]) => {
      const host = (component: string) => `tempo-${stackName}-${component}.${namespace}.svc.cluster.local`;
      return readiness.gate(
        stack,
        {
          distributor: host("distributor"),
          queryUrl: `http://${host("query-frontend")}:${jaegerQueryPort}`,
          storageSecret,
        },
        tempoStackReady(namespace, stackName, storageSecret),
      );
    });
    this.zipkin = { service: settled.distributor, port: settled.apply(() => zipkinPort) };
    this.queryUrl = settled.queryUrl;
    this.storageSecretName = settled.storageSecret;
    this.uiUrl = pulumi
      .output(args.namespace)
      .apply(
        (namespace) =>
          pulumi.interpolate`https://${readiness.read(stack, routeHost(namespace, `tempo-${stackName}-query-frontend`))}`,
      );
    this.registerOutputs({ zipkin: this.zipkin, queryUrl: this.queryUrl, uiUrl: this.uiUrl });
  }
}
