// @ts-check
// Goes along the chain from Telemetry to Kiali in the cluster's objects and stops at the first link that is broken.
import { kialiLink, tempoLink } from "./backendLinks.mjs";
import { unknown } from "./findings.mjs";
import { hopsOf } from "./hops.mjs";
import { serviceLink, workloadsLink } from "./meshLinks.mjs";
import { MeshState } from "./meshState.mjs";
import { providerLink, samplingLink, telemetryLink } from "./telemetryLinks.mjs";

/** @typedef {import("./findings.mjs").Finding} Finding */
/** @typedef {import("../tracingChain.js").ChainContext} ChainContext */
/** @typedef {import("../tracingChain.js").ChainLink} ChainLink */
/** @typedef {import("../tracingChain.js").Hop} Hop */

/** @type {readonly { id: ChainLink["id"], title: string, look: (state: MeshState) => Promise<Finding> }[]} */
const chain = [
  { id: "telemetry", title: "Telemetry", look: telemetryLink },
  { id: "provider", title: "extension provider", look: providerLink },
  { id: "service", title: "the provider's service", look: serviceLink },
  { id: "sampling", title: "sampling", look: samplingLink },
  { id: "workloads", title: "sidecars", look: workloadsLink },
  { id: "tempo", title: "Tempo", look: tempoLink },
  { id: "kiali", title: "Kiali's tracing settings", look: kialiLink },
];

/**
 * Looks at each link until one is broken.
 *
 * @param {ChainContext} context
 * @returns {Promise<ChainLink[]>} the links that were looked at
 */
export async function checkChain(context) {
  const state = new MeshState(context);
  /** @type {ChainLink[]} */
  const links = [];
  for (const { id, title, look } of chain) {
    const finding = await look(state).catch((error) => unknown(`it could not be read: ${error.message}`));
    links.push({ id, title, ...finding });
    if (finding.state === "broken") {
      break;
    }
  }
  return links;
}

/**
 * How each workload on the way of a request traces.
 *
 * @param {ChainContext} context
 * @returns {Promise<Hop[]>}
 */
export async function effectiveSampling(context) {
  const state = new MeshState(context);
  return hopsOf(state, await state.tracing());
}

/** Where to look when the cluster's objects tell nothing. */
const next = "Look next at istiod's log, at Tempo's distributor and at Kiali's log.";

/**
 * What the chain says about missing traces, in one or two sentences.
 *
 * @param {readonly ChainLink[]} links
 */
export function chainConclusion(links) {
  const red = links.find(({ state }) => state === "broken");
  if (red !== undefined) {
    return `The first broken link is ${red.title}: ${red.found}. Way out: ${red.wayOut}.`;
  }
  const unread = links.filter(({ state }) => state === "unknown");
  if (unread.length === 0) {
    return `Every link from Telemetry to Kiali is in order in the cluster's objects. ${next}`;
  }
  const titles = unread.map(({ title }) => title).join(", ");
  return `No link is seen to be broken in the cluster's objects, but not known: ${titles} (${unread[0]?.found}). ${next}`;
}
