import * as pulumi from "@pulumi/pulumi";
import { telemetry } from "./customResources";
import { recommendedLabels } from "./labels";
import { onceMade } from "./onceMade";
import type { ServiceMesh } from "./serviceMesh";

/** Arguments of {@link MeshTelemetry}. */
export interface MeshTelemetryArgs {
  /** The mesh whose proxies report. */
  readonly mesh: ServiceMesh;
  /** Share of requests that are traced, in percent, 0 to 100 in steps of 0.01. */
  readonly samplingPercentage: number;
}

/**
 * The mesh-wide Telemetry: which provider takes the spans, and how many requests are traced. Its percentage wins over
 * the control plane's own `tracing.sampling` (Istio: pilot/pkg/networking/core/tracing.go).
 */
export class MeshTelemetry extends pulumi.ComponentResource {
  /** The share of requests traced, in percent, resolved once the cluster has it. */
  readonly samplingPercentage: pulumi.Output<number>;

  constructor(name: string, args: MeshTelemetryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:mesh:MeshTelemetry", name, {}, opts);
    const resource = telemetry(
      `${name}-mesh-default`,
      {
        metadata: {
          name: "mesh-default",
          namespace: args.mesh.rootNamespace,
          labels: recommendedLabels("istio", "telemetry"),
        },
        spec: {
          tracing: [
            { providers: [{ name: args.mesh.tracingProvider }], randomSamplingPercentage: args.samplingPercentage },
          ],
        },
      },
      { parent: this },
    );
    this.samplingPercentage = onceMade(resource, args.samplingPercentage);
    this.registerOutputs({ samplingPercentage: this.samplingPercentage });
  }
}
