import { allOf, not, same } from "../../pack/decisions";
import { isUnknown, type Decision, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import type { Mesh } from "../../mesh/mesh";
import { stackRule } from "../../pack/rule";
import { samplingSettings } from "../../mesh/sampling";
import type { Stack } from "../../kubernetes/stack";
import { isMeshWide, statedRate, type StatedRate } from "../../mesh/telemetry";
import { isGateway } from "../../kubernetes/workloads";

/** Whether a request is traced is decided once, where it enters the mesh; the proxies behind go by that. */
export const samplingRaisedAtGateway = stackRule(
  {
    name: "sampling-raised-at-gateway",
    displayName: "Sampling is raised at the gateway",
    description: "A Telemetry of a namespace must not ask for more sampling than the mesh, for it would not get it.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["sampling"],
    url: "https://github.com/istio/istio/issues/51004",
    remediationSteps:
      "Raise the rate of the gateways, by the mesh-wide Telemetry or by one that selects them, and lower it elsewhere.",
  },
  (stack, findings) => {
    const telemetries = stack.ofKind(kinds.telemetry);
    for (const mesh of stack.meshes.all) {
      for (const meshWide of telemetries) {
        const gateway = gatewayRate(meshWide);
        const others = gateway ? telemetries.filter((telemetry) => telemetry !== meshWide) : [];
        for (const telemetry of others) {
          const isOutdone = allOf([isMeshWide(meshWide, mesh.rootNamespace), isBehind(telemetry, mesh, stack)]);
          compare(telemetry, meshWide, gateway!, isOutdone, findings);
        }
      }
    }
  },
);

/** The rate by which a proxy decides on the requests that it sends, as a gateway does. */
function gatewayRate(telemetry: KubernetesObject): StatedRate | Unknown | undefined {
  const entries = telemetry.field("spec", "tracing").items();
  return isUnknown(entries) ? entries : statedRate(entries, "CLIENT");
}

/** Whether what a Telemetry is for stands behind the mesh's gateways: in a namespace that has none of its own. */
function isBehind({ namespace }: KubernetesObject, mesh: Mesh, stack: Stack): Decision {
  return isUnknown(namespace)
    ? namespace
    : allOf([
        not(same(namespace, mesh.rootNamespace)),
        mesh.contains(namespace),
        ...stack.objects.map((object) => not(allOf([runsGateway(object), same(object.namespace, namespace)]))),
      ]);
}

/** Whether an object runs a gateway: pods that Istio makes to one, or a Gateway of the Gateway API. */
function runsGateway(object: KubernetesObject): Decision {
  return object.is(kinds.gatewayApi) || isGateway(object);
}

function compare(
  telemetry: KubernetesObject,
  meshWide: KubernetesObject,
  gateway: StatedRate | Unknown,
  isOutdone: Decision,
  findings: Findings,
): void {
  const limit = isUnknown(gateway) ? gateway : gateway.percent;
  for (const { field, value: rate } of samplingSettings(telemetry)) {
    const isAbove = isUnknown(rate) ? rate : isUnknown(limit) ? limit : rate > limit;
    const isRaised = allOf([isOutdone, isAbove]);
    if (isUnknown(isRaised)) {
      findings.undecided(telemetry, isRaised);
    } else if (isRaised && !isUnknown(gateway) && typeof limit === "number") {
      findings.violation({
        object: telemetry,
        field,
        problem: `but a request that comes through a gateway is decided there, by the ${limit} % of ${meshWide.toString()}; this holds only for requests that begin in the namespace`,
        fix: `Raise ${gateway.field.toString()} there, or lower this to at most ${limit}.`,
      });
    }
  }
}
