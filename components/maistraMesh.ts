import * as pulumi from "@pulumi/pulumi";
import { serviceMeshControlPlane, serviceMeshMemberRoll } from "./customResources";
import { recommendedLabels } from "./labels";
import { controlPlaneReady, membersConfigured } from "./probes";
import type { Readiness } from "./readiness";
import type { ServiceMesh } from "./serviceMesh";
import type { IngestEndpoint } from "./traceStore";
import { serviceMeshVersion } from "./versions";

/** Arguments of {@link MaistraMesh}. */
export interface MaistraMeshArgs {
  /** Namespace of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** Member namespaces, by name, as outputs of what makes them: Maistra leaves one that does not exist pending. */
  readonly members: ReadonlyMap<string, pulumi.Input<string>>;
  /** Where proxies send their spans. */
  readonly zipkin: IngestEndpoint;
  /** Share of requests that are traced, in percent, 0 to 100 in steps of 0.01. */
  readonly samplingPercentage: number;
  /** Waits for the Service Mesh operator. */
  readonly readiness: Readiness;
}

const controlPlaneName = "istio-system";
const rollName = "default";
const kialiName = "kiali";
const providerName = "tempo";

/**
 * The control plane counts in 0.01 %: 10000 is every request.
 * Source: ServiceMeshControlPlane CRD, `spec.tracing.sampling`, 0 to 10000.
 */
export function controlPlaneSampling(percentage: number): number {
  return Math.round(percentage * 100);
}

/** OpenShift Service Mesh 2.5: a Maistra control plane and its member roll. */
export class MaistraMesh extends pulumi.ComponentResource implements ServiceMesh {
  readonly rootNamespace: pulumi.Output<string>;
  readonly tracingProvider: pulumi.Output<string>;
  readonly kiali: ServiceMesh["kiali"];
  readonly ingressGateway = {
    service: "istio-ingressgateway",
    httpPort: "http2",
    selector: { istio: "ingressgateway" },
  };
  readonly members: pulumi.Output<string[]>;

  private readonly roll: pulumi.Resource;
  private readonly memberNames: ReadonlySet<string>;
  private readonly readiness: Readiness;

  constructor(name: string, args: MaistraMeshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:mesh:MaistraMesh", name, {}, opts);
    this.readiness = args.readiness;
    this.memberNames = new Set(args.members.keys());
    const controlPlane = serviceMeshControlPlane(
      `${name}-control-plane`,
      {
        metadata: { name: controlPlaneName, namespace: args.namespace, labels: recommendedLabels("istio", "mesh") },
        spec: {
          version: serviceMeshVersion,
          security: { identity: { type: "ThirdParty" } },
          tracing: {
            // With Maistra's default, Jaeger, the operator rejects a zipkin extension provider.
            type: "None",
            sampling: controlPlaneSampling(args.samplingPercentage),
          },
          meshConfig: {
            extensionProviders: [
              { name: providerName, zipkin: { service: args.zipkin.service, port: args.zipkin.port } },
            ],
          },
          addons: { kiali: { enabled: true, name: kialiName }, grafana: { enabled: true } },
        },
      },
      { parent: this },
    );
    const settled = pulumi
      .output(args.namespace)
      .apply((namespace) =>
        args.readiness.gate(controlPlane, { namespace }, controlPlaneReady(namespace, controlPlaneName)),
      );
    this.rootNamespace = settled.namespace;
    this.tracingProvider = settled.apply(() => providerName);
    this.kiali = { name: settled.apply(() => kialiName), namespace: settled.namespace };

    const roll = serviceMeshMemberRoll(
      `${name}-member-roll`,
      {
        metadata: { name: rollName, namespace: this.rootNamespace, labels: recommendedLabels("istio", "mesh") },
        spec: { members: [...args.members.values()] },
      },
      { parent: this },
    );
    this.roll = roll;
    this.members = pulumi
      .all([this.rootNamespace, pulumi.output([...args.members.values()])])
      .apply(([namespace, members]) =>
        args.readiness.gate(roll, members, membersConfigured(namespace, rollName, members)),
      );
    this.registerOutputs({ rootNamespace: this.rootNamespace, tracingProvider: this.tracingProvider });
  }

  membership(namespace: string): pulumi.Output<pulumi.Resource> {
    return this.rootNamespace.apply((rollNamespace) => {
      if (!this.memberNames.has(namespace) && !pulumi.runtime.isDryRun()) {
        throw new pulumi.ResourceError(
          `namespace ${namespace} is to get sidecars but is no member of the mesh (${[...this.memberNames].join(", ")}): add it to mesh-tracing:members`,
          this.roll,
          true,
        );
      }
      return this.readiness
        .gate(this.roll, {}, membersConfigured(rollNamespace, rollName, [namespace]))
        .apply(() => this.roll);
    });
  }
}
