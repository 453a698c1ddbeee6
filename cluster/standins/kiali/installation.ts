/** What the operator's playbook makes around the server, and its removal. */
import { randomBytes } from "node:crypto";
import { kinds, object, type Kiali, type KubeObject } from "../objects";
import { apply, patch, remove, type Action, type World } from "../world";
import { resourceLabels, serverObjects } from "./server";
import { settingsOf } from "./settings";

/** What is still to be written until the cluster has what this Kiali asks for. */
export function install(world: World, kiali: Kiali): Action[] {
  const { namespace, instance, accessible, memberLabel } = settingsOf(kiali);
  const signingKey = world.get(kinds.secret, "kiali-signing-key", namespace);
  const labels = resourceLabels(instance);
  const key = Buffer.from(randomBytes(12).toString("base64url")).toString("base64");
  const secret = object(kinds.secret, "kiali-signing-key", namespace, { type: "Opaque", data: { key } }, { labels });
  const members = accessible.includes("**") ? [] : accessible.filter((name) => isAlive(world, name));
  const [label, value] = memberLabel;
  const obsolete = world
    .list(kinds.namespace)
    .filter(({ metadata }) => metadata.labels?.[label] === value && !members.includes(metadata.name));
  return [
    ...(signingKey === undefined ? [{ verb: "create" as const, object: secret }] : []),
    ...serverObjects(world, kiali).flatMap((item) => apply(world, item)),
    ...members.flatMap((name) =>
      patch(world, object(kinds.namespace, name, undefined, {}, { labels: { [label]: value } })),
    ),
    ...obsolete.flatMap(({ metadata }) => [
      ...patch(world, object(kinds.namespace, metadata.name, undefined, {}, { labels: { [label]: null } })),
      ...roles(instance, metadata.name, namespace).flatMap((item) => remove(world, item)),
    ]),
    ...members.flatMap((name) => roles(instance, name, namespace)).flatMap((item) => apply(world, item)),
  ];
}

/** What lets the server read a namespace. */
function roles(instance: string, namespace: string, home: string): KubeObject[] {
  const labels = resourceLabels(instance);
  const name = `${instance}-viewer`;
  const verbs = ["get", "list", "watch"];
  const istio = ["extensions", "networking", "security", "telemetry"].map((group) => `${group}.istio.io`);
  const rules = [
    { apiGroups: [""], resources: ["configmaps", "endpoints", "pods/log"], verbs },
    { apiGroups: [""], resources: ["namespaces", "pods", "replicationcontrollers", "services"], verbs },
    { apiGroups: [""], resources: ["pods/portforward"], verbs: ["create", "post"] },
    {
      apiGroups: ["extensions", "apps"],
      resources: ["daemonsets", "deployments", "replicasets", "statefulsets"],
      verbs,
    },
    { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs },
    { apiGroups: [...istio, "gateway.networking.k8s.io"], resources: ["*"], verbs },
    { apiGroups: ["apps.openshift.io"], resources: ["deploymentconfigs"], verbs },
    { apiGroups: ["project.openshift.io"], resources: ["projects"], verbs: ["get"] },
    { apiGroups: ["route.openshift.io"], resources: ["routes"], verbs: ["get"] },
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  const subjects = [{ kind: "ServiceAccount", name: `${instance}-service-account`, namespace: home }];
  return [
    object(kinds.role, name, namespace, { rules }, { labels }),
    object(kinds.roleBinding, instance, namespace, { roleRef, subjects }, { labels }),
  ];
}

/** What it takes to remove an installation: its objects first, and when they are gone (`done`) the namespaces' labels. */
export function uninstall(world: World, kiali: Kiali): { done: boolean; actions: Action[] } {
  const { instance, namespace, memberLabel } = settingsOf(kiali);
  const [label, value] = memberLabel;
  const labelled = world.list(kinds.namespace).filter(({ metadata }) => metadata.labels?.[label] === value);
  const left = [
    ...serverObjects(world, kiali),
    object(kinds.route, instance, namespace),
    object(kinds.secret, "kiali-signing-key", namespace),
    ...labelled.flatMap(({ metadata }) => roles(instance, metadata.name, namespace)),
  ].filter((item) => world.live(item) !== undefined);
  if (left.length > 0) return { done: false, actions: left.flatMap((item) => remove(world, item)) };
  const unlabelled = labelled.flatMap(({ metadata }) =>
    patch(world, object(kinds.namespace, metadata.name, undefined, {}, { labels: { [label]: null } })),
  );
  return { done: true, actions: unlabelled };
}

function isAlive(world: World, name: string): boolean {
  const namespace = world.get(kinds.namespace, name);
  return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
}
