import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import type { Kiali } from "./kiali";
import { bookinfoNamespace } from "./namespaces";
import { ScriptJob } from "./scriptJob";
import type { ServiceMesh } from "./serviceMesh";
import type { Traffic } from "./traffic";
import type { ChainSettings } from "./tracingChain";
import type { VerificationSettings } from "./verification";

/** Arguments of {@link TraceVerification}. */
export interface TraceVerificationArgs {
  /** Kiali, which must show the traces. */
  readonly kiali: Kiali;
  /** The mesh, where the reason is looked for when traces are missing. */
  readonly mesh: ServiceMesh;
  /** The traffic whose traces are looked for. */
  readonly traffic: Traffic;
  /** How long to look. */
  readonly settings: StackConfig["verification"];
  /** Image with Node.js. */
  readonly image: string;
}

/** What `jobs/verifyTraces.mjs` imports. */
const modules = [
  "backendLinks.mjs",
  "conclusion.mjs",
  "countChecks.mjs",
  "effectiveTracing.mjs",
  "findings.mjs",
  "hops.mjs",
  "httpGet.mjs",
  "inCluster.mjs",
  "kialiApi.mjs",
  "look.mjs",
  "meshLinks.mjs",
  "meshState.mjs",
  "names.mjs",
  "telemetryLinks.mjs",
  "traceChecks.mjs",
  "traceProblems.mjs",
  "traces.mjs",
  "tracingChain.mjs",
  "verification.mjs",
];

/** Services of Bookinfo that every request passes; ratings only behind some versions of reviews. */
const services = ["productpage", "details", "reviews"].map((service) => `${service}.${bookinfoNamespace}`);

/** A job that fails unless Kiali shows a whole trace for every request of the traffic, and traces of productpage. */
export class TraceVerification extends pulumi.ComponentResource {
  constructor(name: string, args: TraceVerificationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:proof:TraceVerification", name, {}, opts);
    const { timeoutSeconds } = args.settings;
    const { mesh, kiali, traffic } = args;
    const gatewaySelector = Object.entries(mesh.ingressGateway.selector)
      .map(([label, value]) => `${label}=${value}`)
      .join(",");
    const settings = pulumi
      .all([kiali.inClusterUrl, traffic.traceIds, mesh.rootNamespace])
      .apply(([kialiUrl, traceIds, controlPlaneNamespace]): VerificationSettings & { chain: ChainSettings } => ({
        kialiUrl,
        traceIds,
        namespace: bookinfoNamespace,
        service: "productpage",
        services,
        versions: {},
        minTraces: traceIds.length,
        maxOrphanPercentage: 0,
        lookBackSeconds: 60 * 60,
        timeoutSeconds,
        chain: { controlPlaneNamespace, services, gatewaySelector },
      }));
    new ScriptJob(
      name,
      {
        namespace: args.kiali.namespace,
        script: "verifyTraces.mjs",
        modules,
        image: args.image,
        settingsVariable: "VERIFICATION_SETTINGS",
        settings,
        activeDeadlineSeconds: timeoutSeconds + 60,
        serviceAccountName: args.kiali.serviceAccountName,
        serviceCaFile: "/etc/service-ca/service-ca.crt",
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
