import { compare } from "./compare";
import { KubernetesObject, type Match, type Resource } from "./match";
import { Meshes } from "../mesh/meshes";
import { DeclaredNamespaces } from "./namespaces";

/** All Kubernetes objects of a Pulumi stack, and what follows from them together. */
export class Stack {
  /** Everything that the stack registers, also what is not of Kubernetes; by type, then by URN. */
  readonly resources: readonly Resource[];
  readonly objects: readonly KubernetesObject[];
  readonly namespaces: DeclaredNamespaces;
  readonly meshes: Meshes;

  /** @param registered In whatever order: the engine has another one each time, and a verdict must not differ by it. */
  constructor(registered: readonly Resource[]) {
    this.resources = registered.toSorted(
      (left, right) => compare(left.type, right.type) || compare(left.urn, right.urn),
    );
    this.objects = this.resources.flatMap((resource) => KubernetesObject.from(resource) ?? []);
    this.namespaces = new DeclaredNamespaces(this.objects);
    this.meshes = new Meshes(this.objects, this.namespaces);
  }

  /** The objects of one kind. */
  ofKind(match: Match): readonly KubernetesObject[] {
    return this.objects.filter((object) => object.is(match));
  }
}
