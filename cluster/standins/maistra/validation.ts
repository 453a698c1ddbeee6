/** What the operator refuses, in its own words. */
import type { ControlPlane, ControlPlaneSpec, ExtensionProvider, Member, MemberRoll } from "../objects";
import { operatorNamespace, onlyName } from "./names";

/** The releases of the mesh that this operator installs; the last is the default. */
export const supportedVersions = ["v2.2", "v2.3", "v2.4", "v2.5"] as const;
const droppedOrKnown = ["v1.1", "v2.0", "v2.1"];

const providerTypes = [
  "prometheus",
  "zipkin",
  "opentelemetry",
  "envoyOtelAls",
  "envoyExtAuthzHttp",
  "envoyExtAuthzGrpc",
];
const namespaceName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Why a specification is not accepted; empty when it is. */
export function specProblems(spec: ControlPlaneSpec): string[] {
  const mesh = spec as ControlPlaneSpec & { meshConfig?: { discoverySelectors?: unknown } };
  const providers = spec.meshConfig?.extensionProviders ?? [];
  const tracers = ["Jaeger", "Stackdriver"];
  const problems: string[] = [];
  if (spec.mode !== "ClusterWide" && mesh.meshConfig?.discoverySelectors !== undefined) {
    problems.push("spec.meshConfig.discoverySelectors may only be used when spec.mode is ClusterWide");
  }
  for (const part of ["policy", "telemetry"] as const) {
    if (spec[part]?.type === "Mixer") {
      const title = part === "policy" ? "policy.Mixer" : "telemetry.Mixer";
      problems.push(
        `support for ${part}.type "Mixer" and ${title} options have been removed in v2.1, please use another alternative`,
      );
    }
  }
  problems.push(...providers.flatMap(providerProblems));
  const zipkin = providers.filter((provider) => provider.zipkin !== undefined);
  if (spec.version === "v2.4" && zipkin.length > 0) {
    const reason = "is not supported in SMCP v2.4 - the minimum version required is v2.5";
    problems.push(...zipkin.map(() => `extension provider 'zipkin' ${reason}`));
  } else if (tracers.includes(spec.tracing?.type ?? "")) {
    const reason = "can not define zipkin provider when spec.tracing.type is Jaeger or Stackdriver";
    problems.push(...zipkin.map(({ name = "" }) => `extension provider '${name}' ${reason}`));
  }
  return problems;
}

/** What is checked besides, just before a mesh is installed and on the specification with its profiles. */
export function appliedSpecProblems(spec: ControlPlaneSpec): string[] {
  const { kiali, prometheus } = spec.addons ?? {};
  const ownKiali = (kiali?.name ?? "") !== "";
  const lacksPrometheus = kiali?.enabled === true && !ownKiali && prometheus?.enabled !== true;
  return [
    ...specProblems(spec),
    ...(lacksPrometheus
      ? [
          ".spec.addons.prometheus.enabled must be true when .spec.addons.kiali.enabled is true and " +
            "spec.addons.kiali.name is not specified",
        ]
      : []),
  ];
}

/** Several errors as Go prints an aggregate of them. */
export function aggregate(problems: readonly string[]): string {
  const distinct = [...new Set(problems)];
  return distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
}

/** Why a mesh is refused at admission, or undefined. `others` are the meshes of the same namespace. */
export function controlPlaneRefusal(mesh: ControlPlane, others: readonly ControlPlane[]): string | undefined {
  const { name, namespace } = mesh.metadata;
  if (namespace === operatorNamespace) {
    return "service mesh may not be installed in the same project/namespace as the operator";
  }
  if (others.some((other) => other.metadata.name !== name) || others.length > 1) {
    return "only one service mesh may be installed per project/namespace";
  }
  if (mesh.metadata.deletionTimestamp !== undefined) return undefined;
  const version = mesh.spec?.version ?? "";
  if (!supportedVersions.some((supported) => supported === version)) {
    return droppedOrKnown.includes(version)
      ? `Only '[${supportedVersions.join(" ")}]' versions are supported`
      : `invalid Version specified; supported versions are: [${supportedVersions.join(" ")}]`;
  }
  const problems = specProblems(mesh.spec ?? {});
  return problems.length === 0 ? undefined : aggregate(problems);
}

/** Why a roll is refused at admission, or undefined. `others` are all rolls but this one. */
export function memberRollRefusal(roll: MemberRoll, others: readonly MemberRoll[]): string | undefined {
  const { name, namespace, deletionTimestamp } = roll.metadata;
  if (deletionTimestamp !== undefined) return undefined;
  if (name !== onlyName) return `ServiceMeshMemberRoll must be named '${onlyName}'`;
  if (namespace === operatorNamespace) {
    return "ServiceMeshMemberRoll may not be created in the same project/namespace as the operator";
  }
  const members = roll.spec?.members ?? [];
  if (members.length > 0 && (roll.spec?.memberSelectors ?? []).length > 0) {
    return "combining .spec.members and .spec.memberSelectors is not allowed";
  }
  for (const [index, member] of members.entries()) {
    if (member !== "*" && !namespaceName.test(member)) {
      return `.spec.members contains invalid value '${member}'. Must be a valid namespace name.`;
    }
    if (members.indexOf(member) !== index) return `duplicate namespace in .spec.members: ${member}`;
  }
  if (members.includes("*") && members.length > 1) {
    return "when .spec.members contains an asterisk ('*'), it must contain no other entries";
  }
  const taken = new Set(others.flatMap(({ spec }) => spec?.members ?? []));
  for (const member of members) {
    if ((member === "*" && taken.size > 0) || taken.has(member) || taken.has("*")) {
      return "one or more members are already defined in another ServiceMeshMemberRoll";
    }
    if (member === namespace) return "mesh project/namespace cannot be listed as a member";
  }
  return undefined;
}

/** Why a membership is refused at admission, or undefined. */
export function memberRefusal(member: Member, old: Member | null): string | undefined {
  const { name, namespace, deletionTimestamp } = member.metadata;
  if (deletionTimestamp !== undefined) return undefined;
  if (name !== onlyName) return `the ServiceMeshMember resource must be named "${onlyName}"`;
  if (namespace === operatorNamespace) return "namespace where operator is installed cannot be added to any mesh";
  const before = old?.spec.controlPlaneRef;
  const after = member.spec.controlPlaneRef;
  const moved = before !== undefined && (before.name !== after.name || before.namespace !== after.namespace);
  return moved ? "mutation of .spec.controlPlaneRef isn't allowed" : undefined;
}

function providerProblems(provider: ExtensionProvider): string[] {
  const name = provider.name ?? "";
  const defined = providerTypes.filter((type) => provider[type] !== undefined && provider[type] !== null);
  const types = "prometheus, zipkin, opentelemetry, envoyOtelAls, envoyExtAuthzHttp, or envoyExtAuthzGrpc";
  return [
    ...(name === "" ? ["extension provider name cannot be empty"] : []),
    ...(defined.length === 0
      ? [`extension provider '${name}' does not define any provider - it must specify one of: ${types}`]
      : []),
    ...(defined.length > 1 ? [`extension provider '${name}' must specify only one type of provider: ${types}`] : []),
  ];
}
