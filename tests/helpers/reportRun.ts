import type { VerificationRun } from "../../cli/verificationRun";
import { effectiveSampling, checkChain } from "../../components/jobs/tracingChain.mjs";
import { readTraces } from "../../components/jobs/traces.mjs";
import { verify } from "../../components/jobs/verification.mjs";
import type { ChainContext } from "../../components/tracingChain";
import type { Trace } from "../../components/traces";
import type { VerificationSettings } from "../../components/verification";
import type { BookinfoTrace } from "./bookinfoTraces";
import { bookinfoTrace, jaegerTrace } from "./bookinfoTraces";
import type { Answers } from "./fakeCluster";
import { FakeCluster } from "./fakeCluster";
import { tracedCluster } from "./tracedCluster";

/** Twenty-four requests of the last minute: every version of reviews, a slow one, and two that failed at ratings. */
export function busyMinute(nowMs: number): BookinfoTrace[] {
  return Array.from({ length: 24 }, (_, index) =>
    bookinfoTrace({
      seed: `busy ${index}`,
      startMs: nowMs - 60_000 + index * 2_000,
      reviews: (["v1", "v2", "v3"] as const)[index % 3],
      ratingsMs: index === 7 ? 180 : 2 + ((index * 7) % 11),
      ...((index === 4 || index === 16) && { ratingsStatus: 503 }),
    }),
  );
}

/** A run of `verify` over these requests, in a cluster that is in order but for the changes. */
export async function reportRun(requests: readonly BookinfoTrace[], changes: Answers = {}): Promise<VerificationRun> {
  const traces: Trace[] = readTraces({ data: requests.map(jaegerTrace) });
  const settings: VerificationSettings = {
    kialiUrl: "https://kiali-istio-system.apps.example.test",
    traceIds: [],
    namespace: "bookinfo",
    service: "productpage",
    services: ["productpage.bookinfo", "details.bookinfo", "reviews.bookinfo"],
    versions: {},
    minTraces: 1,
    maxAgeSeconds: 600,
    maxOrphanPercentage: 0,
    lookBackSeconds: 600,
    timeoutSeconds: 0.1,
  };
  const source = {
    trace: (id: string) => Promise.resolve(traces.find((trace) => trace.id === id)),
    search: () => Promise.resolve(traces),
  };
  const context: ChainContext = {
    cluster: new FakeCluster({ ...tracedCluster(), ...changes }),
    controlPlaneNamespace: "istio-system",
    gatewaySelector: "istio=ingressgateway",
    services: [...settings.services, "ratings.bookinfo"],
    parseYaml: (text) => JSON.parse(text) as unknown,
  };
  return {
    settings,
    startedAt: new Date(),
    verification: await verify(settings, source, () => undefined),
    chain: await checkChain(context),
    sampling: await effectiveSampling(context),
  };
}
