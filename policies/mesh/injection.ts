import { anyOf, isUnknown, type Decision, type Field, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";
import { injectKey, podTemplate } from "../kubernetes/workloads";
import { not } from "../pack/decisions";

/** The label by which a namespace asks for sidecars of the default revision; it outweighs all others. */
export const injectionLabel = "istio-injection";

/** The label by which a namespace or a pod asks for sidecars of a revision. */
export const revisionLabel = "istio.io/rev";

/** The revision that serves requests which name none. */
export const defaultRevision = "default";

/** A label that asks Istio for sidecars, and of which revision. */
export interface InjectionRequest {
  readonly field: Field;
  readonly revision: string | Unknown;
}

/** What a namespace's labels ask for, as Istio's webhooks select by them: a revision, or none in spite of what pods ask. */
export function namespaceRequest(namespace: KubernetesObject): InjectionRequest | Unknown | undefined {
  const [injection, revision] = [injectionLabel, revisionLabel].map((key) =>
    namespace.field("metadata", "labels", key),
  ) as [Field, Field];
  const value = injection.string();
  if (isUnknown(value)) {
    return value;
  }
  if (value !== undefined) {
    return value === "enabled" ? { field: injection, revision: defaultRevision } : undefined;
  }
  const wanted = revision.string();
  return wanted === undefined ? undefined : { field: revision, revision: wanted };
}

/** What a workload's pods ask for by label, in a namespace that has neither of the labels. */
export function podRequest(object: KubernetesObject): InjectionRequest | Unknown | undefined {
  const labels = podTemplate(object)?.at("metadata", "labels");
  const inject = labels?.at(injectKey);
  const value = inject?.string();
  if (!labels || !inject || value === "false") {
    return undefined;
  }
  const wanted = labels.at(revisionLabel).string();
  if (isUnknown(value) || wanted !== undefined) {
    return isUnknown(value) ? value : { field: labels.at(revisionLabel), revision: wanted! };
  }
  return value === "true" ? { field: inject, revision: defaultRevision } : undefined;
}

/** Whether a namespace is in no mesh of Maistra, whose webhook has no revisions and hears annotations too. */
export function goesByIstio(stack: Stack, namespace: string): Decision {
  const maistra = stack.meshes.all.filter((mesh) => mesh.isMaistra);
  const unplaced = [...stack.meshes.unplaced].filter(([part]) => !part.is(kinds.istio)).map(([, because]) => because);
  return not(anyOf([...maistra.map((mesh) => mesh.contains(namespace)), ...unplaced]));
}
