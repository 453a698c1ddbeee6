import { isUnknown, Unknown, type Decision } from "./fields";
import type { LabelOf } from "./labelSelector";
import { kinds, type KubernetesObject } from "./match";

/** The label by which Kubernetes itself names every namespace. */
const nameLabel = "kubernetes.io/metadata.name";

/** The namespaces that a stack creates or adopts (as a Namespace, NamespacePatch or OpenShift Project). */
export class DeclaredNamespaces {
  private readonly byName = new Map<string, KubernetesObject[]>();
  /** Set if a namespace is declared whose name is not known yet: any name could be its. */
  private readonly unnamed: Unknown | undefined;

  constructor(objects: readonly KubernetesObject[]) {
    const declared = objects.filter((object) => object.is(kinds.namespace) || object.is(kinds.project));
    for (const object of declared) {
      if (typeof object.name === "string") {
        this.byName.set(object.name, [...(this.byName.get(object.name) ?? []), object]);
      }
    }
    this.unnamed = declared.map((object) => object.name).find(isUnknown);
  }

  /** Whether the stack declares the namespace. */
  has(name: string): Decision {
    return this.byName.has(name) || (this.unnamed ?? false);
  }

  /** The labels of a namespace. Nothing is known of one that the stack does not declare. */
  labelsOf(name: string): LabelOf {
    const declarations = this.byName.get(name);
    return (key) => {
      if (key === nameLabel) {
        return name;
      }
      if (!declarations) {
        return new Unknown(() => `the labels of namespace ${name} are not known, since the stack does not declare it`);
      }
      const values = declarations.map((object) => object.field("metadata", "labels", key).string());
      return values.find((value) => typeof value === "string") ?? values.find(isUnknown);
    };
  }
}
