import { isUnknown, type Decision, type Field } from "../kubernetes/fields";
import { kinds } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";
import { podTemplate, sidecarAnswer } from "../kubernetes/workloads";
import type { KnownService } from "./knownService";
import { isBehind } from "./podsBehind";

/** Whether the pods behind a service have a sidecar: they ask for one, or leave it to a namespace that does. */
export function hasSidecar(service: KnownService, stack: Stack): Decision {
  const pods = podMetadata(service, stack);
  const unknown = pods.map(([isBehind]) => isBehind).find(isUnknown);
  const answers = pods.flatMap(([, maps]) => sidecarAnswer(maps) ?? []);
  const [answer = unknown] = answers;
  return answer === undefined ? namespaceInjects(service.namespace, stack) : isUnknown(answer) ? answer : answer.wanted;
}

/** The labels and annotations of the pods behind a service, as far as the stack declares them. */
function podMetadata({ maker }: KnownService, stack: Stack): readonly (readonly [Decision, readonly Field[]])[] {
  if (maker.is(kinds.collector)) {
    return [[true, [maker.field("metadata", "labels"), maker.field("spec", "podAnnotations")]]];
  }
  if (!maker.is(kinds.service)) {
    return [];
  }
  const selector = maker.field("spec", "selector").entries();
  if (isUnknown(selector)) {
    return [[selector, []]];
  }
  return stack.objects.flatMap((object): readonly (readonly [Decision, readonly Field[]])[] => {
    const behind = isBehind(maker, object);
    const metadata = podTemplate(object)?.at("metadata");
    return behind === false || !metadata ? [] : [[behind, [metadata.at("labels"), metadata.at("annotations")]]];
  });
}

/** Whether a namespace has its pods injected, which Maistra's webhook leaves to the pods. */
function namespaceInjects(namespace: string, stack: Stack): Decision {
  if (!stack.meshes.all.some(({ objects }) => objects.controlPlanes.some((plane) => plane.is(kinds.istio)))) {
    return false;
  }
  const labelOf = stack.namespaces.labelsOf(namespace);
  const injection = labelOf("istio-injection");
  const revision = labelOf("istio.io/rev");
  if (isUnknown(injection) || isUnknown(revision)) {
    return [injection, revision].find(isUnknown) ?? false;
  }
  return injection === undefined ? revision !== undefined : injection === "enabled";
}
