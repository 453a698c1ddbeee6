// @ts-check
// What can be found of a link of the chain.

/** @typedef {Pick<import("../tracingChain.js").ChainLink, "state" | "found" | "wayOut">} Finding */

/** @param {string} found @returns {Finding} */
export const ok = (found) => ({ state: "ok", found });

/** @param {string} found @param {string} wayOut @returns {Finding} */
export const broken = (found, wayOut) => ({ state: "broken", found, wayOut });

/** @param {string} found @returns {Finding} */
export const unknown = (found) => ({ state: "unknown", found });
