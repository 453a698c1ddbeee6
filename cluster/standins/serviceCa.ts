/** Stand-in for OpenShift's service CA: hands out its bundle and serving certificates for Services. */
import type { Authority } from "./certificates";
import { kinds, object, type KubeObject, type Namespace } from "./objects";
import { apply, patch, type Action, type Controller, type World } from "./world";

/** On a ConfigMap: put the bundle under the key service-ca.crt. */
export const injectBundle = "service.beta.openshift.io/inject-cabundle";
/** On a Service: put a certificate for its DNS names into the Secret of this name. The chart of OSSM still says alpha. */
export const servingCertificateSecret = [
  "service.beta.openshift.io/serving-cert-secret-name",
  "service.alpha.openshift.io/serving-cert-secret-name",
] as const;

const signedBy = "service.beta.openshift.io/originating-service-name";
const bundleKey = "service-ca.crt";
const rootBundle = "openshift-service-ca.crt";

/** @param ca the authority whose certificate is the bundle. */
export function serviceCa(ca: Authority): Controller {
  return {
    name: "service-ca-operator",
    watches: [kinds.configMap, kinds.namespace, kinds.secret, kinds.service],
    reconcile: async (world) => [...bundles(world, ca.cert), ...(await servingCertificates(world, ca))],
  };
}

/** The ConfigMaps that lack the bundle: one in each namespace, and those that ask for it. */
export function bundles(world: World, bundle: string): Action[] {
  const data = { [bundleKey]: bundle };
  const annotations = { [injectBundle]: "true" };
  const inEachNamespace = aliveNamespaces(world).flatMap(({ metadata }) => {
    const wanted = object(kinds.configMap, rootBundle, metadata.name, { data }, { annotations });
    return apply(world, wanted);
  });
  const asked = world
    .list(kinds.configMap)
    .filter(({ metadata }) => metadata.name !== rootBundle && metadata.annotations?.[injectBundle] === "true");
  // The real one replaces all data of such a ConfigMap: it is a bundle and nothing else.
  const injected = asked.flatMap((configMap) => {
    const others = Object.keys(configMap.data ?? {}).filter((key) => key !== bundleKey);
    const wanted = { ...data, ...Object.fromEntries(others.map((key) => [key, null])) };
    const { name, namespace } = configMap.metadata;
    return patch(world, object(kinds.configMap, name, namespace, { data: wanted }));
  });
  return [...inEachNamespace, ...injected];
}

/** The DNS names of a Service inside the cluster. */
export function serviceNames({ metadata }: KubeObject): string[] {
  const name = `${metadata.name}.${metadata.namespace ?? ""}.svc`;
  return [name, `${name}.cluster.local`];
}

/** The certificates that Services ask for and that are not there yet. */
export async function servingCertificates(world: World, ca: Authority): Promise<Action[]> {
  const alive = aliveNamespaces(world).map(({ metadata }) => metadata.name);
  const services = world.list(kinds.service).filter(({ metadata }) => alive.includes(metadata.namespace ?? ""));
  const wanted = services.flatMap((service) => {
    const { annotations, deletionTimestamp, namespace } = service.metadata;
    const name = servingCertificateSecret.map((key) => annotations?.[key]).find((value) => value !== undefined);
    const missing = name !== undefined && world.get(kinds.secret, name, namespace) === undefined;
    return missing && deletionTimestamp === undefined ? [{ service, name }] : [];
  });
  return Promise.all(
    wanted.map(async ({ service, name }) => {
      const { cert, key } = await ca.issue(serviceNames(service));
      const data = { "tls.crt": base64(cert), "tls.key": base64(key) };
      const metadata = {
        annotations: { [signedBy]: service.metadata.name },
        ownerReferences: [
          { apiVersion: "v1", kind: "Service", name: service.metadata.name, uid: service.metadata.uid },
        ],
      };
      const secret = object(
        kinds.secret,
        name,
        service.metadata.namespace,
        { type: "kubernetes.io/tls", data },
        metadata,
      );
      return { verb: "create" as const, object: secret };
    }),
  );
}

/** In a namespace that is being deleted nothing can be created. */
function aliveNamespaces(world: World): Namespace[] {
  return world.list(kinds.namespace).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
