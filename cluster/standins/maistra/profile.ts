/** The profile that lies under each mesh's specification. */
import type { ControlPlaneSpec } from "../objects";

/** What the operator's base profile sets, as far as the stand-in looks at it. Note tracing: a mesh that wants none says so. */
const base: ControlPlaneSpec = {
  version: "v2.5",
  gateways: {
    enabled: true,
    ingress: { enabled: true },
    egress: { enabled: true },
    openshiftRoute: { enabled: true },
  },
  security: { identity: { type: "Kubernetes" } },
  telemetry: { type: "Istiod" },
  policy: { type: "None" },
  tracing: { type: "Jaeger" },
  addons: {
    prometheus: { enabled: true },
    grafana: { enabled: true },
    kiali: { enabled: true, name: "kiali" },
  },
};

/** The profiles that come with the operator. */
const known = ["default", "base", "maistra", "servicemesh", "small"];

/** The specification over the profile; the message of the operator when it names a profile that does not exist. */
export function appliedSpec(spec: ControlPlaneSpec): ControlPlaneSpec | { unknownProfile: string } {
  const unknownProfile = spec.profiles?.find((name) => !known.includes(name));
  return unknownProfile === undefined ? (merged(base, spec) as ControlPlaneSpec) : { unknownProfile };
}

function merged(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isRecord(under) || !isRecord(over)) return over;
  const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, merged(under[key], over[key])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
