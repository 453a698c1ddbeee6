import { randomBytes } from "node:crypto";
import type { Container } from "./deployed";

/** The variable with the traffic job's settings. */
const trafficSettings = "TRAFFIC_SETTINGS";

/**
 * New trace ids for those that the deployed traffic job has: its traces may be in the store from an earlier run.
 * @returns the new one for each
 */
export function newTraceIds({ env = [] }: Container): Map<string, string> {
  const settings = env.find(({ name }) => name === trafficSettings)?.value ?? "{}";
  const { traceIds = [] } = JSON.parse(settings) as { traceIds?: string[] };
  return new Map(traceIds.map((id) => [id, randomBytes(16).toString("hex")]));
}

/** A container's plain variables in which a trace id stands, with the new ids instead. */
export function withTraceIds({ env = [] }: Container, ids: ReadonlyMap<string, string>): Record<string, string> {
  const renewed = (text: string) => [...ids].reduce((rest, [old, id]) => rest.replaceAll(old, id), text);
  const changed = env.flatMap(({ name, value = "" }) => (renewed(value) === value ? [] : [[name, renewed(value)]]));
  return Object.fromEntries(changed) as Record<string, string>;
}
