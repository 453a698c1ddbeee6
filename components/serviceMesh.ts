import type * as pulumi from "@pulumi/pulumi";

/** What the layers above need of a service mesh, whichever operator runs it. */
export interface ServiceMesh {
  /** Namespace whose Telemetry applies to the whole mesh. */
  readonly rootNamespace: pulumi.Output<string>;
  /** Name of the extension provider that sends spans to the trace store. */
  readonly tracingProvider: pulumi.Output<string>;
  /**
   * The namespaces that belong to the mesh; resolved once all are configured. Until then the mesh does not see what is
   * in them, a trace store among it.
   */
  readonly members: pulumi.Output<string[]>;
  /** The Kiali resource that the mesh brings along; resolved once it is there. */
  readonly kiali: { readonly name: pulumi.Output<string>; readonly namespace: pulumi.Output<string> };
  /** The Service of the ingress gateway, its plain HTTP port's name, and the labels of its pods. */
  readonly ingressGateway: {
    readonly service: string;
    readonly httpPort: string;
    readonly selector: Readonly<Record<string, string>>;
  };
  /**
   * Resolves once pods created in a namespace get a sidecar; give it as `dependsOn` to what creates them. In a preview
   * it resolves at once.
   *
   * @throws pulumi.ResourceError where the namespace is not among the configured members, in an `up` only: previews
   * leave the judgement to the policy pack, which names the workload too.
   */
  membership(namespace: string): pulumi.Output<pulumi.Resource>;
}
