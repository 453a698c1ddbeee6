import { run } from "../cluster/run";
import type { Deployed, EndpointSlice } from "./deployed";
import { inNamespace } from "./network";

/** A Service and where its connections go. */
export interface ServicePort {
  /** The Service's own address. */
  readonly clusterIP: string;
  readonly port: number;
  /** `ADDRESS:PORT` of each of its pods that is ready. */
  readonly endpoints: readonly string[];
}

/** The TCP ports of all Services that have an address and a pod that is ready. */
export function servicePorts({ services, endpointSlices }: Deployed): ServicePort[] {
  return services.flatMap(({ metadata, spec: { clusterIP, ports = [] } = {} }) => {
    if (clusterIP === undefined || clusterIP === "None") return [];
    const own = endpointSlices.filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name,
    );
    return ports
      .filter(({ protocol = "TCP" }) => protocol === "TCP")
      .map(({ name = "", port }) => ({ clusterIP, port, endpoints: own.flatMap((slice) => endpointsOf(slice, name)) }))
      .filter(({ endpoints }) => endpoints.length > 0);
  });
}

function endpointsOf({ ports, endpoints }: EndpointSlice, portName: string): string[] {
  const port = ports?.find(({ name = "" }) => name === portName)?.port;
  if (port === undefined) return [];
  const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
  return ready.flatMap(({ addresses }) => addresses.map((address) => `${address}:${port}`));
}

/** Rules that lead a connection to a Service's address on to one of its pods, each as likely, as kube-proxy's do. */
export function serviceRules(ports: readonly ServicePort[]): string {
  const rules = ports.flatMap(({ clusterIP, port, endpoints }) =>
    endpoints.map((endpoint, index) => {
      const left = endpoints.length - index;
      // The last one takes what the others have left.
      const chance = left === 1 ? "" : `-m statistic --mode random --probability ${(1 / left).toFixed(6)} `;
      return `-A OUTPUT -d ${clusterIP}/32 -p tcp --dport ${port} ${chance}-j DNAT --to-destination ${endpoint}`;
    }),
  );
  return ["*nat", ...rules, "COMMIT", ""].join("\n");
}

/** Makes a namespace's rules these: what runs in it without a proxy reaches Services by their addresses. */
export async function applyServiceRules(namespace: string, ports: readonly ServicePort[]): Promise<void> {
  const [program, args] = inNamespace(namespace, "iptables-restore", []);
  await run(program, args, { input: serviceRules(ports) });
}
