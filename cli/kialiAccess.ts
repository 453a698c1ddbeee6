import { UserError } from "../cluster/interruption";
import type { ClusterApi } from "../components/clusterApi";
import { routeHost } from "../components/probes";
import type { StackOutputs } from "./stackOutputs";
import type { VerifyOptions } from "./verifyOptions";

/** How Kiali is reached. */
export interface KialiAccess {
  readonly url: string;
  readonly token?: string;
  readonly ca?: Buffer;
}

/** Name of the Route that Kiali's operator makes, beside Kiali. */
const routeName = "kiali";

/**
 * Finds Kiali: at the URL that is named, else the stack's, else that of its Route in the cluster. The kubeconfig's token
 * goes to the cluster's own Route only, never to a URL that somebody typed.
 *
 * @param cluster undefined where it is not to be read, or cannot be
 * @throws UserError where no URL can be had
 */
export async function kialiAccess(
  options: Pick<VerifyOptions, "kiali-url" | "token-file" | "ca-file" | "control-plane">,
  outputs: StackOutputs,
  cluster: ClusterApi | undefined,
): Promise<KialiAccess> {
  const token = options["token-file"] ?? process.env.KIALI_TOKEN;
  const ca = options["ca-file"];
  const own = { ...(token !== undefined && { token }), ...(ca !== undefined && { ca }) };
  const named = options["kiali-url"] ?? outputs.kialiUrl;
  if (named !== undefined) {
    return { url: named, ...own };
  }
  if (cluster === undefined) {
    throw new UserError(
      "where is Kiali? Name --kiali-url or --stack, or a cluster whose Route kiali tells (--context)",
    );
  }
  const namespace = options["control-plane"];
  const route = await routeHost(namespace, routeName)(cluster);
  if (!route.ready) {
    throw new UserError(
      `${cluster.description} has no Route ${routeName} in namespace ${namespace} that leads to Kiali: name --kiali-url, or --control-plane`,
    );
  }
  const clusterToken = cluster.token;
  return { url: `https://${route.value}`, ...(clusterToken !== undefined && { token: clusterToken }), ...own };
}
