import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Bookinfo } from "./bookinfo";
import type { StackConfig } from "./config";
import { shortHash } from "./hash";
import type { MeshTelemetry } from "./meshTelemetry";
import { ScriptJob, scriptSource } from "./scriptJob";
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

const script = "traffic.mjs";

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
    const plan = pulumi
      // Before all members are configured the mesh does not see the trace store, and no request leaves a trace.
      .all([args.bookinfo.ingress, args.telemetry.samplingPercentage, args.mesh.members])
      .apply(([{ url, host }, samplingPercentage]) => ({ url, host, perSecond, timeoutSeconds, samplingPercentage }));
    const run = new random.RandomId(
      `${name}-run`,
      {
        byteLength: 16,
        keepers: { job: plan.apply((known) => shortHash([known, requests, image, scriptSource(script)])) },
      },
      { parent: this },
    );
    const settings = pulumi
      .all([plan, run.hex])
      .apply(([known, runId]) => ({ ...known, traceIds: knownTraceIds(requests, runId) }));
    const job = new ScriptJob(
      name,
      {
        namespace: args.mesh.rootNamespace,
        script,
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

/**
 * As many trace ids as requests.
 *
 * @param runId what tells this run from all others, so that traces of an earlier one are not taken for its own.
 */
export function knownTraceIds(requests: number, runId: string): string[] {
  return Array.from({ length: requests }, (_, index) =>
    createHash("sha256").update(`${runId} ${index}`).digest("hex").slice(0, 32),
  );
}
