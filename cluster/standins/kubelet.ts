/**
 * Stand-in for the part of the kubelet that kwok leaves out: a pod does not start before the Secrets and ConfigMaps that it
 * mounts or reads are there. kwok's stage `pod-ready` (cluster/manifests/pod-stages.yaml) waits for the condition set here.
 */
import { kinds, type KeySelector, type RunningPod } from "./objects";
import { withCondition, writeStatus, type Action, type Controller, type World } from "./world";

/** The kubelet's own condition: volumes are mounted and the pod's sandbox stands. */
const readyToStart = "PodReadyToStartContainers";

/** Lets a scheduled pod start once all that it mounts and reads is there, and says what is missing until then. */
export const kubelet: Controller = {
  name: "kubelet",
  watches: [kinds.pod, kinds.secret, kinds.configMap],
  reconcile: (world) =>
    world
      .list(kinds.pod)
      .filter(isStarting)
      .flatMap((pod) => prepare(world, pod)),
};

/** Scheduled, not going, and without the address that kwok gives a pod as it starts. */
function isStarting({ metadata, spec, status }: RunningPod): boolean {
  return spec.nodeName !== undefined && metadata.deletionTimestamp === undefined && (status?.podIP ?? "") === "";
}

function prepare(world: World, pod: RunningPod): Action[] {
  const unmounted = missing(world, pod, mounted(pod));
  const unread = missing(world, pod, read(pod));
  const reasons = [...unmounted, ...unread];
  const said =
    reasons.length === 0
      ? { status: "True" }
      : { status: "False", reason: "MissingInputs", message: [...new Set(reasons)].join("; ") };
  const waiting =
    unmounted.length > 0
      ? { reason: "ContainerCreating" }
      : { reason: "CreateContainerConfigError", message: unread.join("; ") };
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "",
    ready: false,
    restartCount: 0,
    state: { waiting },
  }));
  return writeStatus(pod, {
    ...pod.status,
    conditions: withCondition(pod.status?.conditions, { type: readyToStart, ...said }, world.now),
    ...(reasons.length > 0 && { containerStatuses }),
  });
}

/** A Secret or ConfigMap that a pod needs, and the keys that it needs of it. */
interface Input {
  readonly kind: "secret" | "configmap";
  readonly name: string;
  readonly keys: readonly string[];
}

/** What is not there, in the kubelet's words. */
function missing(world: World, { metadata }: RunningPod, inputs: readonly Input[]): string[] {
  const namespace = metadata.namespace ?? "";
  return inputs.flatMap(({ kind, name, keys }) => {
    const live =
      kind === "secret" ? world.get(kinds.secret, name, namespace) : world.get(kinds.configMap, name, namespace);
    if (live === undefined) return [`${kind} "${name}" not found`];
    const present = { ...live.data, ...("binaryData" in live && live.binaryData) };
    const absent = keys.filter((key) => !Object.hasOwn(present, key));
    return absent.map((key) => `couldn't find key ${key} in ${kind} ${namespace}/${name}`);
  });
}

function mounted({ spec }: RunningPod): Input[] {
  return (spec.volumes ?? []).flatMap(({ secret, configMap, projected }) => [
    ...input("secret", secret?.secretName, secret),
    ...input("configmap", configMap?.name, configMap),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...input("secret", source.secret?.name, source.secret),
      ...input("configmap", source.configMap?.name, source.configMap),
    ]),
  ]);
}

function read({ spec }: RunningPod): Input[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return containers.flatMap(({ env = [], envFrom = [] }) => [
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [
      ...input("secret", secretRef?.name, secretRef),
      ...input("configmap", configMapRef?.name, configMapRef),
    ]),
    ...env.flatMap(({ valueFrom }) => [
      ...input("secret", valueFrom?.secretKeyRef?.name, valueFrom?.secretKeyRef),
      ...input("configmap", valueFrom?.configMapKeyRef?.name, valueFrom?.configMapKeyRef),
    ]),
  ]);
}

/** The input that a reference asks for; none where there is no reference or it is optional. */
function input(kind: Input["kind"], name: string | undefined, selector: KeySelector | undefined): Input[] {
  if (name === undefined || selector?.optional === true) return [];
  const keys = [
    ...(selector?.items ?? []).map(({ key }) => key),
    ...(selector?.key === undefined ? [] : [selector.key]),
  ];
  return [{ kind, name, keys }];
}
