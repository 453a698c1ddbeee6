import { meansHost } from "../../mesh/destinationRules";
import { allOf, not, same } from "../../pack/decisions";
import { anyOf, isUnknown, type Decision, type StringField } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import type { Mesh } from "../../mesh/mesh";
import { providerUses, type ProviderUse } from "../../mesh/providerUses";
import { stackRule } from "../../pack/rule";
import { serviceOfHost } from "../../services/serviceHost";
import type { Stack } from "../../kubernetes/stack";
import {
  destinationOf,
  isUsed,
  tracingProviders,
  type Destination,
  type TracingProvider,
} from "../../mesh/tracingProviders";

/** A proxy knows only what its Sidecar lists; spans to a service that it does not know are lost without an error. */
export const sidecarEgressIncludesStore = stackRule(
  {
    name: "sidecar-egress-includes-store",
    displayName: "Sidecars let spans out",
    description:
      "The egress hosts of a Sidecar must include the services of the tracing providers that its proxies use.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener",
    remediationSteps: "Add the provider's service to spec.egress[].hosts of the Sidecar, as namespace/full host name.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      for (const sidecar of stack.ofKind(kinds.sidecar)) {
        judge(sidecar, mesh, stack, findings);
      }
    }
  },
);

function judge(sidecar: KubernetesObject, mesh: Mesh, stack: Stack, findings: Findings): void {
  const { namespace } = sidecar;
  const listeners = sidecar.field("spec", "egress").items();
  const unknown = [namespace, listeners].find(isUnknown);
  if (isUnknown(namespace) || isUnknown(listeners)) {
    findings.undecided(sidecar, unknown!);
    return;
  }
  const [first] = listeners;
  if (!first) {
    return; // Without egress listeners, proxies know all that the mesh has.
  }
  const hosts = listeners.flatMap((listener) => listener.at("hosts").strings());
  const uses = providerUses(mesh, stack);
  for (const provider of tracingProviders(mesh)) {
    const destination = destinationOf(provider);
    const isLost = allOf([
      isUnknown(destination) ? destination : destination !== undefined && not(isCovered(hosts, destination, namespace)),
      isUsedIn(provider, uses, namespace, mesh),
      mesh.contains(namespace),
    ]);
    if (isUnknown(isLost)) {
      findings.undecided(sidecar, isLost);
    } else if (isLost && destination && !isUnknown(destination) && typeof provider.name === "string") {
      findings.violation({
        object: sidecar,
        field: first.at("hosts"),
        problem: `which leaves out the service of tracing provider ${provider.name}, so its proxies lose their spans`,
        fix: `Add ${withNamespace(destination.host)}.`,
      });
    }
  }
}

/** Whether one of the egress hosts includes a service. */
function isCovered(hosts: readonly StringField[], destination: Destination, namespace: string): Decision {
  return anyOf(hosts.map(({ value }) => (isUnknown(value) ? value : covers(value, destination, namespace))));
}

/** Whether proxies of a namespace send to a provider; in the root namespace a Sidecar is for those of all. */
function isUsedIn(provider: TracingProvider, uses: readonly ProviderUse[], namespace: string, mesh: Mesh): Decision {
  return anyOf(
    uses.map((use) => {
      const isForNamespace = anyOf([
        use.isMeshWide,
        same(namespace, mesh.rootNamespace),
        same(namespace, use.object.namespace),
      ]);
      return allOf([isForNamespace, isUsed(provider, [use])]);
    }),
  );
}

/** Whether an egress host (`namespace/name`, either with wildcards) includes a service. */
function covers(egress: string, { host }: Destination, ownNamespace: string): boolean {
  const [scope = "", name = ""] = egress.split("/");
  const namespace = serviceOfHost(host)?.namespace;
  const isInScope = scope === "*" || namespace === undefined || namespace === (scope === "." ? ownNamespace : scope);
  return isInScope && scope !== "~" && meansHost(name, "", host.replace(/^.*\//, ""));
}

function withNamespace(host: string): string {
  return host.includes("/") ? host : `${serviceOfHost(host)?.namespace ?? "*"}/${host}`;
}
