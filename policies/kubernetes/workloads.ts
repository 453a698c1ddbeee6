import { anyOf, isUnknown, type Decision, type Field, type Unknown } from "./fields";
import { kinds, type KubernetesObject, type Match } from "./match";

/** Where each kind of workload keeps what its pods are made from: their metadata and spec. */
const podTemplates: readonly (readonly [Match, readonly string[]])[] = [
  [kinds.pod, []],
  [kinds.appsWorkload, ["spec", "template"]],
  [kinds.replicationController, ["spec", "template"]],
  [kinds.job, ["spec", "template"]],
  [kinds.cronJob, ["spec", "jobTemplate", "spec", "template"]],
  [kinds.deploymentConfig, ["spec", "template"]],
  [kinds.podTemplate, ["template"]],
];

/** The kinds that make pods, and Pod itself. */
export const workloadKinds: readonly Match[] = podTemplates.map(([match]) => match);

/** What the pods of a workload are made from: the place that has their `metadata` and `spec`; undefined for other kinds. */
export function podTemplate(object: KubernetesObject): Field | undefined {
  const path = podTemplates.find(([match]) => object.is(match))?.[1];
  return path && object.field(...path);
}

/** The spec of a workload's pods; undefined if the object is no workload. */
export function podSpec(object: KubernetesObject): Field | undefined {
  return podTemplate(object)?.at("spec");
}

/** The lists that hold containers. Ephemeral ones are added to running pods, but may stand in a manifest too. */
const containerLists = ["initContainers", "containers", "ephemeralContainers"] as const;

/** The containers of a pod, those of a list that is not known left out, and why some may be missing. */
export function containers(pod: Field): { all: readonly Field[]; doubts: readonly Unknown[] } {
  const lists = containerLists.map((name) => pod.at(name).items());
  return { all: lists.flatMap((list) => (isUnknown(list) ? [] : list)), doubts: lists.filter(isUnknown) };
}

/** Whether the pods are gateways into which Istio injects a proxy alone. */
export function isGateway(object: KubernetesObject): Decision {
  const metadata = podTemplate(object)?.at("metadata");
  const templates = ["labels", "annotations"].map((map) => metadata?.at(map, "inject.istio.io/templates").string());
  return anyOf(templates.map((names) => (isUnknown(names) ? names : /\bgateway\b/.test(names ?? ""))));
}

/** The key by which a pod asks for a sidecar, both as a label and as an annotation. */
export const injectKey = "sidecar.istio.io/inject";

/** What the injection webhook reads as yes. */
const yes: ReadonlySet<string> = new Set(["true", "yes", "y", "on"]);

/**
 * The field by which a workload asks for a sidecar; undefined if it does not ask, or is no workload. The label wins
 * over the annotation, as it does in the injection webhook.
 */
export function sidecarRequest(object: KubernetesObject): Field | Unknown | undefined {
  const metadata = podTemplate(object)?.at("metadata");
  const answer = metadata && sidecarAnswer([metadata.at("labels"), metadata.at("annotations")]);
  return answer === undefined || isUnknown(answer) ? answer : answer.wanted ? answer.field : undefined;
}

/** Whether pods ask for a sidecar or against one, and where; undefined if they leave it to their namespace. */
export function sidecarAnswer(maps: readonly Field[]): { field: Field; wanted: boolean } | Unknown | undefined {
  for (const map of maps) {
    const field = map.at(injectKey);
    const value = field.string();
    if (isUnknown(value)) {
      return value;
    }
    if (value !== undefined) {
      return { field, wanted: yes.has(value.toLowerCase()) };
    }
  }
  return undefined;
}
