import { run } from "../../cluster/run";
import { inNamespace } from "../network";

/** A part of what Envoy says of its configuration. */
interface Configs {
  readonly configs: readonly {
    readonly dynamic_listeners?: readonly { readonly active_state?: object }[];
    readonly dynamic_route_configs?: readonly object[];
  }[];
}

/** Asks the administration of the Envoy in a network namespace, which answers inside of it alone. */
function ask(namespace: string, path: string): Promise<string> {
  const script = `fetch("http://127.0.0.1:15000${path}").then((r) => r.text()).then((t) => process.stdout.write(t))`;
  const [program, args] = inNamespace(namespace, process.execPath, ["-e", script]);
  return run(program, args);
}

/** What a proxy goes by: its listeners and routes, as JSON. */
async function activeConfig(namespace: string): Promise<string> {
  const { configs } = JSON.parse(await ask(namespace, "/config_dump")) as Configs;
  // A listener that is being drained has the former configuration still.
  const listeners = configs.flatMap(({ dynamic_listeners = [] }) =>
    dynamic_listeners.map(({ active_state }) => active_state),
  );
  const routes = configs.flatMap(({ dynamic_route_configs = [] }) => dynamic_route_configs);
  return JSON.stringify([listeners, routes]);
}

/** Whether a proxy still serves connections by a configuration that was replaced. */
async function isDraining(namespace: string): Promise<boolean> {
  const stats = await ask(namespace, "/stats?filter=listener_manager.*draining");
  if (!stats.includes("total_filter_chains_draining")) throw new Error(`Envoy does not say what it drains: ${stats}`);
  return / [1-9]\d*$/m.test(stats);
}

/**
 * Whether a proxy has taken up a configuration, and nothing goes by a former one any more.
 * @param namespace the network namespace of its pod
 * @param holds judges its listeners and routes, which it is given as JSON
 */
export async function hasTakenUp(namespace: string, holds: (config: string) => boolean): Promise<boolean> {
  return holds(await activeConfig(namespace)) && !(await isDraining(namespace));
}

/** The share of requests that each of a proxy's listeners traces, in percent; empty where none does. */
export function samplingIn(config: string): number[] {
  return [...config.matchAll(/"random_sampling":\{(?:"value":([\d.]+))?\}/g)].map(([, value]) => Number(value ?? 0));
}

/**
 * Whether a proxy's configuration is to trace this share of the requests.
 * @param percent undefined where it is to trace nothing, not even what is sampled already
 */
export const samples = (percent: number | undefined) => (config: string) => {
  const found = samplingIn(config);
  return percent === undefined ? found.length === 0 : found.length > 0 && found.every((value) => value === percent);
};
