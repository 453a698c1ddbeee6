import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config";
import { onceMade } from "./onceMade";

/** Marks a namespace as created by one stack of this program, so that no run takes over a namespace unasked. */
export const ownerLabel = "mesh-tracing/stack";

/** Marks a namespace that a stack uses without owning it. */
const adoptedLabel = "mesh-tracing/adopted-by";

/** The namespace of the Bookinfo demo. */
export const bookinfoNamespace = "bookinfo";

/** A namespace that the stack needs. */
export interface NamespaceSpec {
  /** Its name. */
  readonly name: string;
  /** It exists already: patch it and keep it on destroy, instead of creating and deleting it. */
  readonly adopted: boolean;
}

/** All namespaces that a stack needs, each once: the program's own, the demo's and every member. */
export function namespacesOf(config: StackConfig): NamespaceSpec[] {
  const names = new Set([
    config.namespaces.controlPlane,
    config.namespaces.tracing,
    ...(config.bookinfo ? [bookinfoNamespace] : []),
    ...config.members,
  ]);
  const adopted = new Set(config.namespaces.adopt);
  return [...names].map((name) => ({ name, adopted: adopted.has(name) }));
}

/** Arguments of {@link Namespaces}. */
export interface NamespacesArgs {
  /** The namespaces to create or adopt. */
  readonly namespaces: readonly NamespaceSpec[];
}

/**
 * The namespaces that everything else lives in. The Kubernetes provider (4.25) would silently take over an existing
 * namespace and delete it on destroy; here that happens only as a NamespacePatch, which destroy merely releases.
 */
export class Namespaces extends pulumi.ComponentResource {
  private readonly names = new Map<string, pulumi.Output<string>>();

  constructor(name: string, args: NamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:cluster:Namespaces", name, args, opts);
    for (const namespace of args.namespaces) {
      const label = namespace.adopted ? adoptedLabel : ownerLabel;
      const metadata = { name: namespace.name, labels: { [label]: pulumi.getStack() } };
      const resource = namespace.adopted
        ? new k8s.core.v1.NamespacePatch(`${name}-${namespace.name}`, { metadata }, { parent: this })
        : new k8s.core.v1.Namespace(`${name}-${namespace.name}`, { metadata }, { parent: this });
      this.names.set(namespace.name, onceMade(resource, namespace.name));
    }
    this.registerOutputs({});
  }

  /**
   * The name of a namespace as an output of the object that makes it: what uses it waits for it.
   *
   * @throws Error for a name that is not among the arguments.
   */
  named(name: string): pulumi.Output<string> {
    const output = this.names.get(name);
    if (output === undefined) {
      throw new Error(`namespace ${name} is not one of ${[...this.names.keys()].join(", ")}`);
    }
    return output;
  }
}
