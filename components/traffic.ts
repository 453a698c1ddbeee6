import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Bookinfo } from "./bookinfo";
import type { StackConfig } from "./config";
import type { MeshTelemetry } from "./meshTelemetry";
import { ScriptJob } from "./scriptJob";
import type { ServiceMesh } from "./serviceMesh";

/** Arguments of {@link Traffic}. */
export interface TrafficArgs {
  /** The mesh whose gateway the requests enter through. */
  readonly mesh: ServiceMesh;
  /** The demo that answers. */
  readonly bookinfo: Bookinfo;
  /** The telemetry that must be in place, or the requests leave no traces. */
  readonly telemetry: MeshTelemetry;
  /** Count, rate and time limit. */
  readonly settings: StackConfig["traffic"];
}

/**
 * A job that sends a bounded number of requests to Bookinfo. Each carries a trace id that is known beforehand and the
 * flag that it is sampled, so the verification knows what to look for at any sampling percentage.
 */
export class Traffic extends pulumi.ComponentResource {
  /** Trace ids of the requests, 32 hexadecimal digits each; resolved once all were sent. */
  readonly traceIds: pulumi.Output<string[]>;

  constructor(name: string, args: TrafficArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:proof:Traffic", name, {}, opts);
    const { requests, perSecond, timeoutSeconds, image } = args.settings;
    const settings = pulumi
      .all([args.bookinfo.ingress, args.telemetry.samplingPercentage])
      .apply(([{ url, host }, samplingPercentage]) => ({
        url,
        host,
        perSecond,
        timeoutSeconds,
        samplingPercentage,
        traceIds: knownTraceIds(requests, [
          url,
          host,
          perSecond,
          timeoutSeconds,
          samplingPercentage,
          pulumi.getStack(),
        ]),
      }));
    const job = new ScriptJob(
      name,
      {
        namespace: args.mesh.rootNamespace,
        script: "traffic.mjs",
        image,
        settingsVariable: "TRAFFIC_SETTINGS",
        settings,
        // The script ends itself first, with a reason.
        activeDeadlineSeconds: timeoutSeconds + 60,
      },
      { parent: this },
    );
    this.traceIds = pulumi.all([settings, job.completed]).apply(([{ traceIds }]) => traceIds);
    this.registerOutputs({});
  }
}

/** As many trace ids as requests, the same for the same inputs. */
export function knownTraceIds(requests: number, inputs: readonly unknown[]): string[] {
  return Array.from({ length: requests }, (_, index) =>
    createHash("sha256")
      .update(JSON.stringify([...inputs, requests, index]))
      .digest("hex")
      .slice(0, 32),
  );
}
