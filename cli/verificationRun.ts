import { randomBytes } from "node:crypto";
import { parse } from "yaml";
import { interrupted, UserError } from "../cluster/interruption";
import { ClusterApi } from "../components/clusterApi";
import { KialiApi } from "../components/jobs/kialiApi.mjs";
import { checkChain, effectiveSampling } from "../components/jobs/tracingChain.mjs";
import { sendTraffic } from "../components/jobs/traffic.mjs";
import { verify } from "../components/jobs/verification.mjs";
import { ClusterError } from "../components/kubeconfig";
import type { ChainContext, ChainLink, Hop } from "../components/tracingChain";
import type { Verification, VerificationSettings } from "../components/verification";
import { kialiAccess } from "./kialiAccess";
import { requireKnownName } from "./knownName";
import { stackOutputs } from "./stackOutputs";
import type { VerifyOptions } from "./verifyOptions";
import { expectedServices } from "./verifyOptions";

/** All that one run of `verify` found out. */
export interface VerificationRun {
  readonly settings: VerificationSettings;
  readonly verification: Verification;
  /** When it began. */
  readonly startedAt: Date;
  /** The links from Telemetry to Kiali up to the first that is broken; undefined where it was not asked for. */
  readonly chain?: readonly ChainLink[];
  /** How each workload traces; undefined where the cluster could not tell. */
  readonly sampling?: readonly Hop[];
  /** Why the cluster was not read; absent where it was. */
  readonly clusterUnread?: string;
}

/** What a run is to find out beside the verdict. */
export interface RunScope {
  /** The chain and the sampling even where all is well. */
  readonly everything: boolean;
}

/** How long Kiali may take to tell its settings, in milliseconds. */
const kialiMs = 5_000;

/**
 * Sends requests if asked to, looks for traces, and where they are missing, for the broken link.
 *
 * @param log told what happens
 * @throws UserError, ClusterError or Refused where nothing can be judged
 */
export async function runVerification(
  options: VerifyOptions,
  scope: RunScope,
  log: (line: string) => void,
): Promise<VerificationRun> {
  const startedAt = new Date();
  const { cluster, unread } = openCluster(options);
  const outputs = options.stack === undefined ? {} : await stackOutputs(options.stack);
  const access = await kialiAccess(options, outputs, cluster);
  const url = options.url ?? outputs.productpageUrl;
  await requireKnownName(access.url, "--kiali-url");
  if (options.send !== undefined && url !== undefined) await requireKnownName(url, "--url, and this name by --host");
  const traceIds =
    options.send === undefined
      ? options.trace
      : Array.from({ length: options.send }, () => randomBytes(16).toString("hex"));
  const settings = settingsOf(options, access.url, traceIds);
  const kiali = new KialiApi(access.url, access);
  const verification =
    options.send === undefined
      ? await verify(settings, kiali, log, interrupted)
      : await sendAndVerify({ ...options, url }, settings, kiali, log);
  const context: ChainContext | undefined = cluster && {
    cluster,
    controlPlaneNamespace: options["control-plane"],
    gatewaySelector: options.gateway,
    services: settings.services,
    parseYaml: (text) => parse(text) as unknown,
    kialiTracing: () => kiali.tracingInfo(Date.now() + kialiMs),
  };
  const base = { settings, verification, startedAt };
  if (context === undefined) {
    return { ...base, clusterUnread: unread };
  }
  if (verification.passed && !scope.everything) {
    return base;
  }
  const sampling = await hops(context, verification).catch((error: Error) => log(error.message));
  return { ...base, chain: await checkChain(context), ...(sampling && { sampling }) };
}

function settingsOf(options: VerifyOptions, kialiUrl: string, traceIds: readonly string[]): VerificationSettings {
  const known = traceIds.length > 0;
  return {
    kialiUrl,
    traceIds,
    namespace: options.namespace,
    service: options.service,
    services: expectedServices(options),
    versions: options.versions,
    minTraces: known ? traceIds.length : options["min-traces"],
    ...(!known && { maxAgeSeconds: options.since }),
    maxOrphanPercentage: options["max-orphans"],
    lookBackSeconds: options.since,
    // The time to look begins when the last request is sent.
    timeoutSeconds: options.timeout + Math.ceil((options.send ?? 0) / options.rate),
  };
}

/** The cluster, where it is to be read and can be; that there is no kubeconfig is no mistake by itself. */
function openCluster(options: VerifyOptions): { cluster?: ClusterApi; unread?: string } {
  if (options["no-cluster"]) {
    return { unread: "--no-cluster was given" };
  }
  try {
    return { cluster: ClusterApi.open(options.context) };
  } catch (error) {
    if (error instanceof ClusterError && options.context === undefined) {
      return { unread: error.message };
    }
    throw error;
  }
}

/** Looks while it sends, so that the time of the first trace is measured. */
async function sendAndVerify(
  { url, host, rate, "ca-file": ca }: VerifyOptions,
  settings: VerificationSettings,
  kiali: KialiApi,
  log: (line: string) => void,
): Promise<Verification> {
  if (url === undefined) {
    throw new UserError("the stack has no output productpageUrl, since it has no Bookinfo: name the page by --url");
  }
  const traffic = {
    url,
    host: host ?? new URL(url).host,
    traceIds: [...settings.traceIds],
    perSecond: rate,
    timeoutSeconds: settings.timeoutSeconds,
    ca,
  };
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, interrupted]);
  try {
    const [verification] = await Promise.all([
      verify(settings, kiali, log, signal),
      sendTraffic(traffic, log, signal).catch((error: Error) => {
        throw signal.aborted ? error : new UserError(`no trace can be expected: ${error.message}`);
      }),
    ]);
    return verification;
  } finally {
    // Where one has failed, there is no use in the other.
    controller.abort();
  }
}

/** How the expected services trace, and those that were seen. */
function hops(context: ChainContext, { traces }: Verification): Promise<Hop[]> {
  const seen = traces.flatMap(({ spans }) => spans.map(({ service }) => service));
  const inCluster = seen.filter(
    (service) => /^[^.]+\.[^.]+$/.test(service) && !service.endsWith(`.${context.controlPlaneNamespace}`),
  );
  return effectiveSampling({ ...context, services: [...new Set([...context.services, ...inCluster])] });
}
