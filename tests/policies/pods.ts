import type { Resource } from "../../policies/kubernetes/match";
import { resource, tokens } from "./helper";

/** A container that keeps the restricted profile and is pinned, with these fields changed. */
export const container = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "app",
  image: `registry.example.com/app@sha256:${"0".repeat(64)}`,
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  ...changes,
});

/** A container whose security context is that of `container` with these fields changed. */
export const contained = (changes: Record<string, unknown>): Record<string, unknown> =>
  container({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, ...changes } });

/** The spec of a pod that keeps the restricted profile, with these fields changed. */
export const podSpec = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container()],
  ...changes,
});

/** A Deployment, or another kind with a pod template, whose pods have this spec. */
export const workload = (
  spec: unknown,
  { token = tokens.deployment, metadata }: { token?: string; metadata?: unknown } = {},
): Resource =>
  resource(token, {
    metadata: { name: "app", namespace: "shop" },
    spec: { template: { ...(metadata !== undefined && { metadata }), ...(spec !== undefined && { spec }) } },
  });

/** Each kind that makes pods, with the place of the pods' spec. */
export const podMakers: readonly (readonly [token: string, path: string, wrap: (spec: unknown) => object])[] = [
  ["core/v1:Pod", "spec", (spec) => ({ spec })],
  ["core/v1:PodTemplate", "template.spec", (spec) => ({ template: { spec } })],
  ["batch/v1:CronJob", "spec.jobTemplate.spec.template.spec", cronJob],
  ...[
    "core/v1:ReplicationController",
    "apps/v1:Deployment",
    "apps/v1beta1:Deployment",
    "apps/v1:StatefulSet",
    "apps/v1:DaemonSet",
    "apps/v1:ReplicaSet",
    "batch/v1:Job",
    "apps.openshift.io/v1:DeploymentConfig",
  ].map((token) => [token, "spec.template.spec", (spec: unknown) => ({ spec: { template: { spec } } })] as const),
];

function cronJob(spec: unknown): object {
  return { spec: { jobTemplate: { spec: { template: { spec } } } } };
}
