import { kinds, type KubernetesObject, type Match } from "./match";

/** The conditions by which operators say that an object of theirs is ready. */
const readyConditions: readonly (readonly [kind: Match, conditions: readonly string[]])[] = [
  [kinds.controlPlane, ["Ready", "Reconciled", "Installed"]],
  [kinds.memberRoll, ["Ready"]],
  [kinds.member, ["Ready", "Reconciled"]],
  [kinds.istio, ["Ready", "Reconciled", "DependenciesHealthy"]],
  [kinds.istioCni, ["Ready", "Reconciled"]],
  [kinds.ztunnel, ["Ready", "Reconciled"]],
  [kinds.istioRevisionTag, ["Reconciled", "InUse"]],
  [kinds.tempoStack, ["Ready"]],
  [kinds.tempoMonolithic, ["Ready"]],
  [kinds.kiali, ["Successful", "Running"]],
  [kinds.ossmConsole, ["Successful", "Running"]],
  [kinds.collector, []],
];

/** The kinds whose conditions are known. */
export const kindsWithKnownConditions: readonly Match[] = readyConditions.map(([kind]) => kind);

/** The conditions that say that an object is ready; none if its operator reports no conditions. */
export function conditionsOf(object: KubernetesObject): readonly string[] {
  return readyConditions.find(([kind]) => object.is(kind))?.[1] ?? [];
}

/** The expressions of a `pulumi.com/waitFor` annotation: one, or a JSON list of them. */
export function waitForExpressions(annotation: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(annotation);
    return Array.isArray(list) ? list.map(String) : [annotation];
  } catch {
    return [annotation];
  }
}
