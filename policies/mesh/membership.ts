import { isUnknown } from "../kubernetes/fields";
import type { Findings } from "../pack/findings";
import type { KubernetesObject } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";

/**
 * Reports an object whose namespace belongs to no mesh of the stack.
 *
 * @param problem What follows from that, after "a namespace that no mesh of the stack has".
 * @param alternative What else to do than to make the namespace a member, after "or".
 */
export function requireMeshNamespace(
  stack: Stack,
  findings: Findings,
  object: KubernetesObject,
  problem: string,
  alternative: string,
): void {
  const namespace = object.namespace;
  const inMesh = isUnknown(namespace) ? namespace : stack.meshes.contain(namespace);
  if (isUnknown(inMesh)) {
    findings.undecided(object, inMesh);
  } else if (!inMesh && !isUnknown(namespace)) {
    const ways = [...stack.meshes.all.map((mesh) => mesh.howToJoin(namespace)), alternative];
    findings.violation({
      object,
      field: object.field("metadata", "namespace"),
      problem: `but no mesh of the stack has namespace ${namespace}, so ${problem}`,
      fix: `To fix it, ${ways.join(", or ")}.`,
    });
  }
}
