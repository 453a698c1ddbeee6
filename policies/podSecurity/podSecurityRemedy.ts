import { isUnknown, type Field } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { podOf, type Pod } from "./podSecurity";
import { withFields, type Change, type Props } from "../pack/remediation";

/**
 * Gives a pod what the restricted profile asks for and has one safe answer: the runtime's seccomp profile, no privilege
 * escalation, no capabilities. What it sets wrong on purpose it keeps, and whether an image runs without root only its
 * maker knows: those violations remain.
 */
export function restrictPods(object: KubernetesObject): Props | undefined {
  const pod = podOf(object)?.pod;
  const os = pod?.spec.at("os", "name").string();
  if (!pod || pod.isPartial || isUnknown(os) || os === "windows") {
    return undefined;
  }
  const changes = [...seccompProfile(pod), ...pod.containers.flatMap((container) => confine(container))];
  return changes.length > 0 ? withFields(object.props, changes) : undefined;
}

function seccompProfile({ spec, containers }: Pod): readonly Change[] {
  const profile = (place: Field): Field => place.at("securityContext", "seccompProfile");
  const isMissing = [spec, ...containers].map((place) => profile(place).read() === undefined);
  const [fromPod, ...fromContainers] = isMissing;
  return fromPod && fromContainers.includes(true) ? [[profile(spec), { type: "RuntimeDefault" }]] : [];
}

function confine(container: Field): readonly Change[] {
  const context = container.at("securityContext");
  const escalation = context.at("allowPrivilegeEscalation");
  const dropped = context.at("capabilities", "drop");
  const added = context.at("capabilities", "add").strings();
  const names = dropped.strings().map(({ value }) => value);
  // Kubernetes refuses a container that is privileged, or may administrate the system, but may not escalate.
  const privileged = context.at("privileged").boolean();
  const needsEscalation =
    isUnknown(privileged) ||
    privileged === true ||
    added.some(({ value }) => isUnknown(value) || ["SYS_ADMIN", "CAP_SYS_ADMIN"].includes(value));
  return [
    ...(escalation.read() === undefined && !needsEscalation ? [[escalation, false] as const] : []),
    ...(names.includes("ALL") || names.some(isUnknown) ? [] : [[dropped, ["ALL"]] as const]),
  ];
}
