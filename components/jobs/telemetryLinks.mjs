// @ts-check
// The links that Telemetry makes: a provider, one that the mesh declares, and a share of the requests above zero.
import { findProvider } from "./effectiveTracing.mjs";
import { broken, ok } from "./findings.mjs";
import { hopsOf } from "./hops.mjs";

/** @typedef {import("./findings.mjs").Finding} Finding */
/** @typedef {import("./meshState.mjs").MeshState} MeshState */

/**
 * Each workload must have a provider and must not be told to be silent. Whether the provider exists is the next link.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function telemetryLink(state) {
  const { extensionProviders: _, ...mesh } = await state.tracing();
  const sides = await sidesOf(state, mesh);
  const silent = sides.find(({ off }) => off !== undefined);
  if (silent !== undefined) {
    return broken(
      `${silent.service} reports nothing: ${silent.off}`,
      silent.provider === undefined
        ? `create a Telemetry without a selector in ${mesh.rootNamespace} that names the provider; the program's is mesh-default`
        : "set it to false there, or leave it out",
    );
  }
  const sources = new Set(sides.map(({ provider, providerFrom }) => `${providerFrom} names provider ${provider}`));
  return ok([...sources].join("; "));
}

/**
 * The provider must be declared: istiod switches tracing off without a word where it is not.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function providerLink(state) {
  const { from } = await state.meshConfig();
  const mesh = await state.tracing();
  const sides = await sidesOf(state, mesh);
  const undeclared = sides.find(({ provider }) => findProvider(provider, mesh) === undefined);
  if (undeclared !== undefined) {
    const names = mesh.extensionProviders?.map(({ name }) => name).join(", ") || "none";
    return broken(
      `${undeclared.providerFrom} names provider ${undeclared.provider}, which the mesh does not declare (${from} declares ${names})`,
      "mend the name in the Telemetry, or add the provider to meshConfig.extensionProviders of the control plane",
    );
  }
  return ok(`${from} declares ${[...new Set(sides.map(({ provider }) => provider))].join(", ")}`);
}

/**
 * The first proxy decides about a request, so its share counts.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function samplingLink(state) {
  const mesh = await state.tracing();
  const [entry] = await hopsOf(state, mesh);
  if (entry === undefined) {
    throw new Error("there is neither an ingress gateway nor a service to look at");
  }
  const { percentage, percentageFrom } = entry.isGateway ? entry.client : entry.server;
  if (!percentageFrom.startsWith("Telemetry")) {
    // Without the mesh's configuration, what comes after Telemetry is a guess.
    await state.meshConfig();
  }
  return percentage > 0
    ? ok(`${entry.service}, the first proxy, traces ${percentage} % of the requests by ${percentageFrom}`)
    : broken(
        `${entry.service}, the first proxy, traces 0 % of the requests by ${percentageFrom}: only one that carries x-b3-sampled: 1 leaves a trace`,
        "raise the percentage there (mesh-tracing:sampling)",
      );
}

/**
 * How everything that must report traces, on both sides of its calls.
 *
 * @param {MeshState} state
 * @param {import("../tracingChain.js").MeshTracing} mesh
 */
async function sidesOf(state, mesh) {
  const hops = await hopsOf(state, mesh);
  return hops.flatMap(({ service, client, server }) => [client, server].map((side) => ({ service, ...side })));
}
