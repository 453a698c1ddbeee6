import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { sidecarRequest } from "../../kubernetes/workloads";
import type { Stack } from "../../kubernetes/stack";
import { destinationOf, tracingProviders } from "../../mesh/tracingProviders";
import { not } from "../../pack/decisions";
import { stackRule } from "../../pack/rule";
import { serviceOfHost } from "../../services/serviceHost";
import type { Mesh } from "../../mesh/mesh";

/** Maistra's operator gives each member NetworkPolicies that let in the mesh alone: routers and monitoring stay outside. */
export const storeOutsideMesh = stackRule(
  {
    name: "store-outside-mesh",
    displayName: "A trace store in the mesh only where proxies send to it",
    description: "The namespace of a trace store to which no proxy sends spans must not be a member of the mesh.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["membership"],
    url: "https://github.com/openshift/openshift-docs/pull/77583",
    remediationSteps:
      "Remove the store's namespace from the members. The namespace of the collector that the proxies send to is the one that the mesh needs.",
  },
  (stack, findings) => {
    const stores = [...stack.ofKind(kinds.tempoStack), ...stack.ofKind(kinds.tempoMonolithic)];
    for (const mesh of stack.meshes.all.filter(isolatesMembers)) {
      for (const { object, field, namespace } of mesh.members) {
        const store = stores.find((tempo) => !isUnknown(namespace) && tempo.namespace === namespace);
        const isNeeded = store && anyOf([takesSpans(mesh, namespace), hasSidecars(stack, namespace)]);
        if (isUnknown(isNeeded)) {
          findings.undecided(object, isNeeded);
        } else if (store && !isNeeded) {
          findings.violation({
            object,
            field,
            problem: `the namespace of ${store.toString()}, to which no proxy sends; as a member it gets NetworkPolicies that let in the mesh alone`,
            fix: object.is(kinds.member) ? "Remove this ServiceMeshMember." : "Remove it from spec.members.",
          });
        }
      }
    }
  },
);

/** Whether the stack declares the control plane as a whole, and that leaves NetworkPolicies to the operator. */
function isolatesMembers({ objects }: Mesh): boolean {
  const planes = objects.controlPlanes.filter((plane) => !plane.isPatch && plane.is(kinds.controlPlane));
  return planes.some((plane) => plane.field("spec", "security", "manageNetworkPolicy").read() !== false);
}

/** Whether a provider of the mesh sends to a service in the namespace. */
function takesSpans(mesh: Mesh, namespace: unknown): Decision {
  return anyOf(
    tracingProviders(mesh).map((provider): Decision => {
      const destination = destinationOf(provider);
      return isUnknown(destination)
        ? destination
        : !!destination && serviceOfHost(destination.host)?.namespace === namespace;
    }),
  );
}

/** Whether pods in the namespace ask for a sidecar. */
function hasSidecars(stack: Stack, namespace: unknown): Decision {
  const pods: readonly KubernetesObject[] = stack.objects.filter((object) => object.namespace === namespace);
  return anyOf(pods.map(sidecarRequest).map((request) => (isUnknown(request) ? request : not(request === undefined))));
}
