import { anyOf, isUnknown, Unknown, type Decision, type Field } from "../../kubernetes/fields";
import { isSet } from "../../pack/decisions";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import type { Mesh } from "../../mesh/mesh";
import { stackRule } from "../../pack/rule";
import { defaultPercent, samplingSettings, type SamplingSetting } from "../../mesh/sampling";
import { directionsOf, isMeshWide, statedRate, type Direction } from "../../mesh/telemetry";

/** Where nobody states a rate, Istio samples 1 %: enough to look alive and too little to find a request. */
export const samplingRateStated = stackRule(
  {
    name: "sampling-rate-stated",
    displayName: "The sampling rate is stated",
    description: "A Telemetry that sets tracing for the whole mesh, or else the control plane, must state the rate.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/",
    remediationSteps: "Set randomSamplingPercentage in the mesh-wide Telemetry; there 0 means that nothing is sampled.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      for (const telemetry of stack.ofKind(kinds.telemetry)) {
        const meshWide = isMeshWide(telemetry, mesh.rootNamespace);
        if (isUnknown(meshWide)) {
          findings.undecided(telemetry, meshWide);
        } else if (meshWide) {
          judge(mesh, telemetry, findings);
        }
      }
    }
  },
);

function judge(mesh: Mesh, telemetry: KubernetesObject, findings: Findings): void {
  const tracing = telemetry.field("spec", "tracing").items();
  const entries = isUnknown(tracing) ? [] : tracing;
  const unstated = isUnknown(tracing) ? tracing : unstatedEntry(mesh, entries);
  const settings = mesh.objects.controlPlanes.flatMap(samplingSettings);
  const fallback = unstated ? isStatedBy(mesh, settings) : true;
  const unknown = [unstated, fallback].find(isUnknown);
  if (unknown) {
    findings.undecided(telemetry, unknown);
  } else if (unstated && !isUnknown(unstated) && !fallback) {
    const zero = settings.find(({ value }) => value === 0);
    const unset = zero && `, since Istio takes 0 in ${zero.field.toString()} of ${zero.object.toString()} for not set`;
    findings.violation({
      object: telemetry,
      field: unstated.at("randomSamplingPercentage"),
      problem: `and no control plane of the mesh states a rate either${unset ?? ""}: ${defaultPercent} % of requests are traced`,
      fix: "Set it to the wanted percentage.",
    });
  }
}

/** The first tracing entry for a direction of traffic that no entry states a rate for. */
function unstatedEntry(mesh: Mesh, entries: readonly Field[]): Field | Unknown | undefined {
  for (const direction of ["CLIENT", "SERVER"] as const) {
    const rate = statedRate(entries, direction);
    if (isUnknown(rate)) {
      return rate;
    }
    const applying = rate ? [] : entries.filter((entry) => applies(entry, direction));
    const needsNone = anyOf([hasSampler(mesh), ...applying.map(reportsNothing)]);
    if (applying.length > 0 && needsNone !== true) {
      return isUnknown(needsNone) ? needsNone : applying[0];
    }
  }
  return undefined;
}

/** Whether a provider of the mesh decides by itself what is sampled. */
function hasSampler(mesh: Mesh): Decision {
  return anyOf(mesh.providers.map(({ entry }) => isSet(entry.at("opentelemetry", "dynatraceSampler"))));
}

function applies(entry: Field, direction: Direction): boolean {
  const directions = directionsOf(entry);
  return !isUnknown(directions) && directions.includes(direction);
}

function reportsNothing(entry: Field): Decision {
  return entry.at("disableSpanReporting").boolean() ?? false;
}

/** Whether a control plane states a rate that counts. */
function isStatedBy(mesh: Mesh, settings: readonly SamplingSetting[]): Decision {
  const stated = settings.map(({ value }) => (isUnknown(value) ? value : value !== 0));
  const isElsewhere = mesh.objects.controlPlanes.every(({ isPatch }) => isPatch);
  const elsewhere = new Unknown(() => `the control plane of ${mesh.namespace} is declared outside this stack`);
  return anyOf([...stated, ...(isElsewhere ? [elsewhere] : [])]);
}
