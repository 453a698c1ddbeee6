import { anyOf, isUnknown, type Decision, type Unknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { sidecarRequest } from "../../kubernetes/workloads";
import type { Stack } from "../../kubernetes/stack";
import { destinationOf, tracingProviders } from "../../mesh/tracingProviders";
import { allOf, not, same } from "../../pack/decisions";
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
    for (const mesh of stack.meshes.all) {
      const isolated = isolatesMembers(mesh);
      for (const { object, field, namespace } of mesh.members) {
        const isStores = anyOf(stores.map((tempo) => same(tempo.namespace, namespace)));
        const isNeeded = anyOf([takesSpans(mesh, namespace), hasSidecars(stack, namespace)]);
        const isBroken = allOf([isolated, isStores, not(isNeeded)]);
        if (isUnknown(isBroken)) {
          findings.undecided(object, isBroken);
        } else if (isBroken) {
          const store = stores.find((tempo) => tempo.namespace === namespace)!;
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
function isolatesMembers({ objects }: Mesh): Decision {
  const planes = objects.controlPlanes.filter((plane) => !plane.isPatch && plane.is(kinds.controlPlane));
  const settings = planes.map((plane) => plane.field("spec", "security", "manageNetworkPolicy").read());
  return anyOf(settings.map((setting) => (isUnknown(setting) ? setting : setting !== false)));
}

/** Whether a provider of the mesh sends to a service in the namespace. */
function takesSpans(mesh: Mesh, namespace: string | Unknown): Decision {
  return anyOf(
    tracingProviders(mesh).map((provider): Decision => {
      const destination = destinationOf(provider);
      return isUnknown(destination)
        ? destination
        : !!destination && same(serviceOfHost(destination.host)?.namespace, namespace);
    }),
  );
}

/** Whether pods in the namespace ask for a sidecar. */
function hasSidecars(stack: Stack, namespace: string | Unknown): Decision {
  return anyOf(
    stack.objects.map((object) => {
      const request = sidecarRequest(object);
      return allOf([same(object.namespace, namespace), isUnknown(request) ? request : request !== undefined]);
    }),
  );
}
