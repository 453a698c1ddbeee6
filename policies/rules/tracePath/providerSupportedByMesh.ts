import { isSet } from "../../pack/decisions";
import { isUnknown, type Field } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { meshConfig } from "../../mesh/mesh";
import { unknownToIstio, unknownToMaistra } from "../../mesh/providerSupport";
import { resourceRule } from "../../pack/rule";
import { versionOf, type Version } from "../../kubernetes/version";

/** The tracing types with which Maistra's operator refuses a Zipkin provider. */
const otherTracers: ReadonlySet<string> = new Set(["Jaeger", "Stackdriver"]);

/** What a mesh does not know it refuses, or drops without a word. */
export const providerSupportedByMesh = resourceRule(
  {
    name: "provider-supported-by-mesh",
    displayName: "The mesh's version knows the provider",
    description: "An extension provider must be of a kind, and have only settings, that the mesh's version knows.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider",
    remediationSteps:
      "Use a kind of provider and settings that the version has, or a later version. OpenShift Service Mesh 2 has zipkin and opentelemetry from v2.5 on, and for zipkin spec.tracing.type must be None.",
  },
  [kinds.controlPlane, kinds.istio],
  (controlPlane, findings) => {
    const providers = meshConfig(controlPlane, "extensionProviders").items();
    const version = versionOf(controlPlane);
    if (isUnknown(providers) || isUnknown(version)) {
      [providers, version].filter(isUnknown).forEach((unknown) => findings.undecided(controlPlane, unknown));
      return;
    }
    for (const entry of providers) {
      judgeEntry(controlPlane, entry, version, findings);
    }
    if (controlPlane.is(kinds.controlPlane) && providers.some((entry) => isSet(entry.at("zipkin")) === true)) {
      judgeTracer(controlPlane, version, findings);
    }
  },
);

function judgeEntry(object: KubernetesObject, entry: Field, version: Version | undefined, findings: Findings): void {
  const entries = entry.entries();
  if (isUnknown(entries)) {
    findings.undecided(object, entries);
    return;
  }
  const present = entries.filter(([key, field]) => key !== "name" && field.read() !== undefined);
  const unknown = present.map(([, field]) => field.read()).find(isUnknown);
  if (unknown) {
    findings.undecided(object, unknown);
  } else if (present.length !== 1) {
    const found = present.map(([key]) => key).join(" and ") || "none";
    findings.violation({
      object,
      field: entry,
      problem: `but it must have exactly one kind of provider, and has ${found}`,
      fix: "Make an entry of its own for each provider.",
    });
  }
  for (const [kind, settings] of present) {
    const defectsIn = object.is(kinds.controlPlane) ? unknownToMaistra : unknownToIstio;
    defectsIn(kind, settings, version).forEach((defect) => findings.violation({ object, ...defect }));
  }
}

/** With a tracer of its own, Maistra's operator refuses a Zipkin provider; v2.5 has one unless it is switched off. */
function judgeTracer(object: KubernetesObject, version: Version | undefined, findings: Findings): void {
  const field = object.field("spec", "tracing", "type");
  const type = field.string();
  if (isUnknown(type)) {
    findings.undecided(object, type);
    return;
  }
  // Profiles may set the type, too.
  const isDefault = !object.isPatch && object.field("spec", "profiles").read() === undefined;
  const isJaeger = type === undefined && isDefault && version?.major === 2 && version.minor === 5;
  if (isJaeger || (type !== undefined && otherTracers.has(type))) {
    findings.violation({
      object,
      field,
      problem: `${isJaeger ? "which means Jaeger in v2.5, " : ""}but beside it the operator refuses a Zipkin provider`,
      fix: "Set it to None; the provider traces all the same.",
    });
  }
}
