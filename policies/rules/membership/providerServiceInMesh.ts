import { isUnknown, type Field, type StringField } from "../../kubernetes/fields";
import { stackRule } from "../../pack/rule";

/** A control plane that does not know the service switches the provider off, and only its log says so. */
export const providerServiceInMesh = stackRule(
  {
    name: "provider-service-in-mesh",
    displayName: "Providers' services are visible to the mesh",
    description: "The service of an extension provider must be in a namespace that its mesh has.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider",
    remediationSteps: "Make the service's namespace a member of the mesh (config key mesh-tracing:members).",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      for (const { object, entry } of mesh.providers) {
        for (const { field, value: service } of services(entry)) {
          const namespace = isUnknown(service) ? service : namespaceOf(service);
          const visible = typeof namespace === "string" ? mesh.contains(namespace) : (namespace ?? true);
          if (isUnknown(visible)) {
            findings.undecided(object, visible);
          } else if (!visible && typeof namespace === "string") {
            findings.violation({
              object,
              field,
              problem: `in namespace ${namespace}, which the mesh does not have, so the provider is switched off`,
              fix: `To fix it, ${mesh.howToJoin(namespace)}, or name a service in a namespace of the mesh.`,
            });
          }
        }
      }
    }
  },
);

/** The `service` of an extension provider, whichever kind of provider it is (zipkin, opentelemetry and so on). */
function services(provider: Field): readonly StringField[] {
  const settings = provider.entries();
  return isUnknown(settings)
    ? [{ field: provider, value: settings }]
    : settings.flatMap(([, setting]) => setting.at("service").asString());
}

/**
 * The namespace in `[namespace/]service.namespace.svc.cluster.local`; undefined for a host that is not a Kubernetes
 * service, which the mesh sees through a ServiceEntry, if at all.
 */
function namespaceOf(service: string): string | undefined {
  return /^(?:[^/]+\/)?[^./]+\.([^./]+)\.svc(?:\.|$)/.exec(service)?.[1];
}
