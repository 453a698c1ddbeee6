import { isUnknown, type Decision } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import type { Stack } from "../../kubernetes/stack";
import { isBefore } from "../../kubernetes/version";
import { kialiVersion, queryUrl, tracingOf, versionTwo } from "../../kiali/kialiTracing";
import { providerUses } from "../../mesh/providerUses";
import { stackRule } from "../../pack/rule";

/** What is traced and not shown costs all the same. OpenShift's console may show it in Kiali's place. */
export const kialiShowsTraces = stackRule(
  {
    name: "kiali-shows-traces",
    displayName: "Kiali shows what the mesh traces",
    description: "The Kiali of a mesh that traces requests must show the traces, unless the console does.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/p8s-jaeger-grafana/tracing/tempo/",
    remediationSteps:
      "Set enabled of Kiali's tracing settings to true, with provider and internal_url, or declare a UIPlugin of the type DistributedTracing.",
  },
  (stack, findings) => {
    const isTraced = stack.meshes.all.some((mesh) => providerUses(mesh, stack).length > 0);
    for (const kiali of isTraced && !hasConsole(stack) ? stack.ofKind(kinds.kiali) : []) {
      const isOff = isTracingOff(kiali, stack);
      const enabled = tracingOf(kiali).at("enabled");
      if (isUnknown(isOff)) {
        findings.undecided(kiali, isOff);
      } else if (isOff) {
        findings.violation({
          object: kiali,
          field: enabled,
          problem: `${enabled.read() === undefined ? "which means false from v2 on, " : ""}so nobody sees the traces that the mesh makes`,
          fix: "Set it to true, with provider and internal_url, or let the console show traces.",
        });
      }
    }
  },
);

/** Whether the console of OpenShift shows traces. */
function hasConsole(stack: Stack): boolean {
  return stack.ofKind(kinds.uiPlugin).some((plugin) => plugin.field("spec", "type").read() === "DistributedTracing");
}

/** Whether tracing is switched off, or left off: the one of v1.73 is on by itself. A URL without the switch is an error. */
function isTracingOff(kiali: KubernetesObject, stack: Stack): Decision {
  const tracing = tracingOf(kiali);
  const enabled = tracing.at("enabled").boolean();
  if (enabled !== undefined) {
    return isUnknown(enabled) ? enabled : !enabled;
  }
  if (kiali.isPatch) {
    return false; // What it does not set is for whoever declares the object.
  }
  const [version, url] = [kialiVersion(kiali, stack), queryUrl(tracing)];
  const unknown = [version, url].find(isUnknown);
  return unknown ?? (url === undefined && !(version && !isUnknown(version) && isBefore(version, versionTwo)));
}
