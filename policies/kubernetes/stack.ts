import { KubernetesObject, type Match, type Resource } from "./match";
import { Meshes } from "../mesh/meshes";
import { DeclaredNamespaces } from "./namespaces";

/** All Kubernetes objects of a Pulumi stack, and what follows from them together. */
export class Stack {
  readonly objects: readonly KubernetesObject[];
  readonly namespaces: DeclaredNamespaces;
  readonly meshes: Meshes;

  constructor(
    /** Everything that the stack registers, also what is not of Kubernetes. */
    readonly resources: readonly Resource[],
  ) {
    this.objects = resources.flatMap((resource) => KubernetesObject.from(resource) ?? []);
    this.namespaces = new DeclaredNamespaces(this.objects);
    this.meshes = new Meshes(this.objects, this.namespaces);
  }

  /** The objects of one kind. */
  ofKind(match: Match): readonly KubernetesObject[] {
    return this.objects.filter((object) => object.is(match));
  }
}
