/**
 * What the check of the chain from Telemetry to Kiali reads and answers, in the Job as on the command line. Types alone:
 * the scripts in `jobs/` need nothing of this file when they run.
 */

/** Reads objects of the cluster. */
export interface ObjectReader {
  /**
   * Answers a GET of one API path.
   *
   * @returns the object, or undefined where the server answers 404.
   * @throws Error, with the `status` 403 where the account may not read it.
   */
  get(path: string): Promise<unknown>;
}

/** Where the chain is looked for. */
export interface ChainSettings {
  /** Namespace of the control plane and of Kiali; its Telemetry is the whole mesh's. */
  readonly controlPlaneNamespace: string;
  /** Services whose workloads must report, as `<app>.<namespace>`. */
  readonly services: readonly string[];
  /** Label selector of the ingress gateway's pods, in the control plane's namespace. */
  readonly gatewaySelector: string;
}

/** What the check of the chain looks at, and with what. */
export interface ChainContext extends ChainSettings {
  /** The cluster. */
  readonly cluster: ObjectReader;
  /** Reads YAML, in which istiod's own configuration is written; without it the ServiceMeshControlPlane has to do. */
  readonly parseYaml?: (text: string) => unknown;
  /** Asks Kiali what it says of its tracing settings; undefined where it does not say. */
  readonly kialiTracing?: () => Promise<{ readonly enabled: boolean } | undefined>;
}

/** The links, in the order in which spans pass them. */
export type LinkId = "telemetry" | "provider" | "service" | "sampling" | "workloads" | "tempo" | "kiali";

/** What was found of one link. */
export interface ChainLink {
  /** Which one. */
  readonly id: LinkId;
  /** What it is about, in a few words. */
  readonly title: string;
  /** `unknown` where it could not be read. */
  readonly state: "ok" | "broken" | "unknown";
  /** What was found, as a sentence without a full stop. */
  readonly found: string;
  /** What to do about a link that is broken, as a sentence without a full stop. */
  readonly wayOut?: string;
}

/** A Telemetry, as far as tracing goes. */
export interface Telemetry {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly targetRef?: unknown;
    readonly targetRefs?: readonly unknown[];
    readonly tracing?: readonly TelemetryTracing[];
  };
}

/** An entry of a Telemetry's `spec.tracing`. */
export interface TelemetryTracing {
  readonly match?: { readonly mode?: string };
  readonly providers?: readonly { readonly name: string }[];
  readonly disableSpanReporting?: boolean;
  /** In percent, 0 to 100. */
  readonly randomSamplingPercentage?: number;
}

/** An entry of `meshConfig.extensionProviders`: its name, and its settings under the name of its kind. */
export type ExtensionProvider = { readonly name: string } & Readonly<Record<string, unknown>>;

/** What decides about tracing, beside the workload itself. */
export interface MeshTracing {
  /** Namespace whose Telemetry is the whole mesh's. */
  readonly rootNamespace: string;
  readonly telemetries: readonly Telemetry[];
  /** `meshConfig.extensionProviders`; absent where they could not be read, and then each name counts as declared. */
  readonly extensionProviders?: readonly ExtensionProvider[];
  /** The first of `meshConfig.defaultProviders.tracing`. */
  readonly defaultProvider?: string;
  /** `meshConfig.defaultConfig.tracing.sampling`, in percent; 0 is as good as absent. */
  readonly defaultSampling?: number;
  /** istiod's PILOT_TRACE_SAMPLING, in percent; Maistra sets it from the control plane's `tracing.sampling`. */
  readonly pilotSampling?: number;
}

/** How a workload's proxy traces on one side of its calls: `client` (outbound, and gateways) or `server` (inbound). */
export interface EffectiveTracing {
  /** Name of the provider that takes the spans; absent where none is named. */
  readonly provider?: string;
  /** Where that name is from. */
  readonly providerFrom?: string;
  /** Why no span is reported; absent where spans are. */
  readonly off?: string;
  /** Share of the requests without a decision of an earlier proxy that are traced, in percent. */
  readonly percentage: number;
  /** Where the percentage is from. */
  readonly percentageFrom: string;
}

/** One workload on the way of a request, and how it traces. */
export interface Hop {
  /** `<app>.<namespace>`. */
  readonly service: string;
  /** Its label `version`; empty without one, and for a service without pods. */
  readonly version: string;
  /** It is the ingress gateway, whose decision the others follow. */
  readonly isGateway: boolean;
  /** How many of its pods there are, and how many have a sidecar. */
  readonly pods: number;
  readonly injected: number;
  /** How it traces what it calls; of a gateway, what comes in. */
  readonly client: EffectiveTracing;
  /** How it traces what it is called for; the same as `client` for a gateway. */
  readonly server: EffectiveTracing;
}
