import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import type { Kiali } from "./kiali";
import { bookinfoNamespace } from "./namespaces";
import { ScriptJob } from "./scriptJob";
import type { Traffic } from "./traffic";

/** Arguments of {@link TraceVerification}. */
export interface TraceVerificationArgs {
  /** Kiali, which must show the traces. */
  readonly kiali: Kiali;
  /** The traffic whose traces are looked for. */
  readonly traffic: Traffic;
  /** How long to look. */
  readonly settings: StackConfig["verification"];
  /** Image with Node.js. */
  readonly image: string;
}

/** A job that fails unless Kiali shows a trace for every request of the traffic, and traces of productpage. */
export class TraceVerification extends pulumi.ComponentResource {
  constructor(name: string, args: TraceVerificationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:proof:TraceVerification", name, {}, opts);
    const { timeoutSeconds } = args.settings;
    new ScriptJob(
      name,
      {
        namespace: args.kiali.namespace,
        script: "verifyTraces.mjs",
        image: args.image,
        settingsVariable: "VERIFICATION_SETTINGS",
        settings: {
          kialiUrl: args.kiali.inClusterUrl,
          traceIds: args.traffic.traceIds,
          namespace: bookinfoNamespace,
          service: "productpage",
          timeoutSeconds,
        },
        activeDeadlineSeconds: timeoutSeconds + 60,
        serviceAccountName: args.kiali.serviceAccountName,
        serviceCaFile: "/etc/service-ca/service-ca.crt",
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
