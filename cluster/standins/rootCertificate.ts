/** Stand-in for istiod's namespace controller: the mesh's root certificate in each namespace of the mesh. */
import type { Authority } from "./certificates";
import { kinds, object } from "./objects";
import type { Action, Controller, World } from "./world";

/** The ConfigMap that every sidecar mounts. */
export const rootCertificateName = "istio-ca-root-cert";

/** @param ca the authority of all meshes here; each real istiod has one of its own. */
export function rootCertificates(ca: Authority): Controller {
  return {
    name: "istiod",
    watches: [kinds.configMap, kinds.controlPlane, kinds.deployment, kinds.namespace],
    reconcile: (world) =>
      world.list(kinds.controlPlane).flatMap(({ metadata }) => distribute(world, metadata.namespace ?? "", ca.cert)),
  };
}

/** The ConfigMaps that are missing; one that is there is left alone. Without an istiod nobody makes them. */
function distribute(world: World, mesh: string, certificate: string): Action[] {
  const istiod = world
    .list(kinds.deployment, mesh)
    .find(({ metadata }) => metadata.labels?.app === "istiod" && metadata.labels["maistra.io/owner"] === mesh);
  if ((istiod?.status?.availableReplicas ?? 0) === 0) return [];
  return world
    .list(kinds.namespace)
    .filter(({ metadata }) => metadata.name === mesh || metadata.labels?.["maistra.io/member-of"] === mesh)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => world.get(kinds.configMap, rootCertificateName, metadata.name) === undefined)
    .map(({ metadata }) => {
      const labels = { "istio.io/config": "true" };
      const data = { "root-cert.pem": certificate };
      return {
        verb: "create",
        object: object(kinds.configMap, rootCertificateName, metadata.name, { data }, { labels }),
      };
    });
}
