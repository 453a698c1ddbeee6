import { UserError } from "../../cluster/interruption";
import { named, type Deployed, type Pod } from "../deployed";
import { addressOf, runningPods } from "./context";
import { tlsGet } from "./tlsGet";

/** The pod of one of Tempo's components. */
export function tempoPod(deployed: Deployed, component: string): Pod {
  const labels = { "app.kubernetes.io/managed-by": "tempo-operator", "app.kubernetes.io/component": component };
  return runningPods(deployed, labels, `Tempo's ${component}`)[0]!;
}

/** Where Tempo answers queries in its own API. */
export const tempoQueryUrl = (deployed: Deployed) => `http://${addressOf(tempoPod(deployed, "query-frontend"))}:3200`;

/** Asks a component what it tells the others, as one of them: with a certificate of the stack's own authority. */
export async function askTempo(deployed: Deployed, component: string, path: string): Promise<string> {
  const pod = tempoPod(deployed, component);
  const { namespace, labels } = pod.metadata;
  const stack = `tempo-${labels?.["app.kubernetes.io/instance"]}`;
  const certificate = named(deployed.secrets, namespace, `${stack}-querier-mtls`)?.data ?? {};
  const authority = named(deployed.configMaps, namespace, `${stack}-ca-bundle`)?.data ?? {};
  const { status, body } = await tlsGet({
    host: addressOf(pod),
    port: 3200,
    path,
    servername: `${stack}-${component}.${namespace}.svc.cluster.local`,
    ca: Object.values(authority),
    cert: Buffer.from(certificate["tls.crt"] ?? "", "base64"),
    key: Buffer.from(certificate["tls.key"] ?? "", "base64"),
  });
  if (status < 300) return body;
  throw new UserError(`Tempo's ${component} answers ${status} to GET ${path}: ${body.slice(0, 300)}`);
}

/**
 * What a component counts under a name, over all labels.
 * @param without a reason, of those that the counter has as a label, that is left out
 */
export async function tempoMetric(
  deployed: Deployed,
  component: string,
  name: string,
  without?: string,
): Promise<number> {
  const lines = (await askTempo(deployed, component, "/metrics")).split("\n");
  const values = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return values
    .filter((line) => !line.includes(`reason="${without}"`))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
