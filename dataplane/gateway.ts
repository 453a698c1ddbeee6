import type { Kubectl } from "../cluster/kubectl";
import { addressOf, runningPods } from "./backend/context";
import type { Deployed } from "./deployed";

/** Where requests enter the mesh. */
export interface Gateway {
  /** Address of the ingress gateway's pod. */
  readonly address: string;
  readonly port: number;
  /** The host that it routes by: that of the Route in front of it. */
  readonly host: string;
}

/** The ingress gateway of the deployed Bookinfo. */
export async function bookinfoGateway(kubectl: Kubectl, deployed: Deployed): Promise<Gateway> {
  const pod = runningPods(deployed, { istio: "ingressgateway" }, "the ingress gateway")[0]!;
  const route = ["get", "route", "bookinfo-productpage", "-n", pod.metadata.namespace];
  const host = await kubectl.run([...route, "-o", "jsonpath={.spec.host}"]);
  return { address: addressOf(pod), port: 8080, host };
}

/** A path that two services of Bookinfo answer, always the same. */
export const shortPath = "/api/v1/products/0";

/** Spans of a trace of {@link shortPath}: the gateway's, both sides of productpage's call, the one of details. */
export const shortPathSpans = 4;
