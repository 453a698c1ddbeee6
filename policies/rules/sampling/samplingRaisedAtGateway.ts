import { isUnknown, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
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
      const behind = telemetries.filter(({ namespace }) => {
        const isBehind = typeof namespace === "string" && namespace !== mesh.rootNamespace;
        return isBehind && mesh.contains(namespace) === true && !hasGateway(stack, namespace);
      });
      for (const object of telemetries.filter((telemetry) => isMeshWide(telemetry, mesh.rootNamespace) === true)) {
        const rate = gatewayRate(object);
        behind.forEach((telemetry) => rate && compare(telemetry, object, rate, findings));
      }
    }
  },
);

/** The rate by which a proxy decides on the requests that it sends, as a gateway does. */
function gatewayRate(telemetry: KubernetesObject): StatedRate | Unknown | undefined {
  const entries = telemetry.field("spec", "tracing").items();
  return isUnknown(entries) ? entries : statedRate(entries, "CLIENT");
}

function compare(
  telemetry: KubernetesObject,
  meshWide: KubernetesObject,
  gateway: StatedRate | Unknown,
  findings: Findings,
): void {
  const limit = isUnknown(gateway) ? gateway : gateway.percent;
  for (const { field, value: rate } of samplingSettings(telemetry)) {
    const unknown = [rate, limit].find(isUnknown);
    if (unknown) {
      findings.undecided(telemetry, unknown);
    } else if (!isUnknown(gateway) && typeof rate === "number" && typeof limit === "number" && rate > limit) {
      findings.violation({
        object: telemetry,
        field,
        problem: `but a request that comes through a gateway is decided there, by the ${limit} % of ${meshWide.toString()}; this holds only for requests that begin in the namespace`,
        fix: `Raise ${gateway.field.toString()} there, or lower this to at most ${limit}.`,
      });
    }
  }
}

/** Whether gateways run in a namespace: those that Istio injects into, or makes for a Gateway of the Gateway API. */
function hasGateway(stack: Stack, namespace: string): boolean {
  return stack.objects.some(
    (object) => (object.is(kinds.gatewayApi) || isGateway(object)) && object.namespace === namespace,
  );
}
