/** Stand-in for OpenShift's handling of Routes: the API server allocates the host, the default router admits the Route. */
import { allowed, type Webhook, type JsonPatch } from "./admission";
import { kinds, type Route } from "./objects";
import { condition, withCondition, writeStatus, type Controller, type World } from "./world";

/** The domain of the hosts that are allocated; it resolves nowhere. */
export const appsDomain = "apps.mesh-tracing.local";

const generatedHost = "openshift.io/host.generated";

/**
 * Gives a Route without a host one, and gives a host that a write leaves out back to it. It has to happen here: operators
 * write their Routes without a host again and again, and a loop that patched it in would fight them for ever.
 */
export const allocateHost: Webhook = ({ operation, namespace = "", object, oldObject }) => {
  const route = object as Route;
  const old: Route | null = oldObject;
  if (present(route.spec?.host)) return allowed;
  const kept = operation === "UPDATE" ? old?.spec?.host : undefined;
  const host = present(kept) ? kept : `${route.metadata.name}-${namespace}.${appsDomain}`;
  const patch: JsonPatch[] = [];
  if (route.spec === undefined) patch.push({ op: "add", path: "/spec", value: {} });
  patch.push({ op: "add", path: "/spec/host", value: host });
  if (!present(kept)) {
    if (route.metadata.annotations === undefined) patch.push({ op: "add", path: "/metadata/annotations", value: {} });
    const path = `/metadata/annotations/${generatedHost.replace("/", "~1")}`;
    patch.push({ op: "add", path, value: "true" });
  }
  return { patch };
};

/** The default router: admits each Route under its host, except where an older one of another namespace has it. */
export const router: Controller = {
  name: "openshift-router",
  watches: [kinds.route],
  reconcile(world) {
    const owners = hostOwners(world);
    return world.list(kinds.route).flatMap((route) => {
      const host = route.spec?.host;
      if (!present(host) || route.metadata.deletionTimestamp !== undefined) return [];
      const owner = owners.get(claim(route)) ?? route;
      const before = route.status?.ingress?.find(({ routerName }) => routerName === "default");
      const verdict =
        owner.metadata.namespace === route.metadata.namespace
          ? { type: "Admitted", status: "True" }
          : {
              type: "Admitted",
              status: "False",
              reason: "HostAlreadyClaimed",
              message: `route ${owner.metadata.name} already exposes ${host} and is older`,
            };
      const ingress = {
        host,
        routerName: "default",
        routerCanonicalHostname: `router-default.${appsDomain}`,
        wildcardPolicy: "None",
        conditions: withCondition(before?.conditions, verdict, world.now),
      };
      return writeStatus(route, { ...route.status, ingress: [ingress] });
    });
  },
};

/** The host under which the router serves a Route, or undefined while it does not. */
export function admittedHost(route: Route | undefined): string | undefined {
  const ingress = route?.status?.ingress?.[0];
  return condition(ingress?.conditions, "Admitted").status === "True" ? ingress?.host : undefined;
}

function hostOwners(world: World): Map<string, Route> {
  const created = (route: Route): number => new Date(route.metadata.creationTimestamp ?? 0).getTime();
  const oldestFirst = world
    .list(kinds.route)
    .sort((a, b) => created(a) - created(b) || (a.metadata.uid ?? "").localeCompare(b.metadata.uid ?? ""));
  const owners = new Map<string, Route>();
  for (const route of oldestFirst) if (!owners.has(claim(route))) owners.set(claim(route), route);
  return owners;
}

function claim({ spec }: Route): string {
  return `${spec?.host ?? ""}${spec?.path ?? ""}`;
}

function present(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
