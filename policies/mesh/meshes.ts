import { anyOf, isUnknown, type Decision, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import { Mesh, type MeshObjects } from "./mesh";
import type { DeclaredNamespaces } from "../kubernetes/namespaces";

/** The meshes that a stack declares, wholly or in part: one for each namespace with a control plane or a roll. */
export class Meshes {
  readonly all: readonly Mesh[];
  /** The parts of meshes of which it is not known yet where they belong: there may be more meshes for them. */
  readonly unplaced: ReadonlyMap<KubernetesObject, Unknown>;

  constructor(objects: readonly KubernetesObject[], namespaces: DeclaredNamespaces) {
    const meshes = new Map<string, MeshObjects>();
    const unplaced = new Map<KubernetesObject, Unknown>();
    const add = (part: keyof MeshObjects, object: KubernetesObject, namespace: string | Unknown): void => {
      if (isUnknown(namespace)) {
        unplaced.set(object, namespace);
        return;
      }
      const mesh = meshes.get(namespace) ?? { controlPlanes: [], rolls: [], memberObjects: [] };
      meshes.set(namespace, mesh);
      mesh[part].push(object);
    };
    for (const object of objects) {
      if (object.is(kinds.controlPlane)) {
        add("controlPlanes", object, object.namespace);
      } else if (object.is(kinds.istio)) {
        add("controlPlanes", object, object.field("spec", "namespace").string() ?? "istio-system");
      } else if (object.is(kinds.memberRoll)) {
        add("rolls", object, object.namespace);
      } else if (object.is(kinds.member)) {
        add("memberObjects", object, object.field("spec", "controlPlaneRef", "namespace").string() ?? "");
      }
    }
    const doubts = [...unplaced.values()];
    this.all = [...meshes].map(([namespace, parts]) => new Mesh(namespace, parts, namespaces, doubts));
    this.unplaced = unplaced;
  }

  /** Whether the stack declares no part of any mesh; then nothing can be said about meshes. */
  get areNone(): boolean {
    return this.all.length + this.unplaced.size === 0;
  }

  /** Whether any mesh of the stack has the namespace. */
  contain(namespace: string): Decision {
    return anyOf([...this.all.map((mesh) => mesh.contains(namespace)), ...this.unplaced.values()]);
  }

  /** Whether any mesh of the stack declares an extension provider of this name. */
  declareProvider(name: string): Decision {
    return anyOf([...this.all.map((mesh) => mesh.declaresProvider(name)), ...this.unplaced.values()]);
  }
}
