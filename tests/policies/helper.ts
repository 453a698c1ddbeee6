import assert from "node:assert/strict";
import {
  unknownCheckingProxy,
  type Policies,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
} from "@pulumi/policy";
import * as deserialize from "@pulumi/policy/deserialize";
import { runtime } from "@pulumi/pulumi";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import type { Resource } from "../../policies/kubernetes/match";

/** What a preview passes for a value that only the update will tell. */
export const unknown = runtime.unknownValue;

/** What a rule said about a stack. */
export interface Outcome {
  /** Messages that stop the deployment, each with the URN of the resource it is about. */
  readonly violations: readonly { readonly message: string; readonly urn: string | undefined }[];
  /** Messages of the level `advisory`, whatever the rule's own level. */
  readonly notes: readonly string[];
  /** For how many resources, or for how many stacks, the rule said that it is not meant for them. */
  readonly notApplicable: number;
}

/** The SDK's proxy that throws when an unknown value is read; exported for tests, but missing from its types. */
export const guardUnknowns = unknownCheckingProxy as (props: Record<string, unknown>) => Record<string, unknown>;

/** How the SDK reads what comes over the wire, and writes it; missing from its types too. */
const { deserializeProperties, serializeProperties } = deserialize as unknown as {
  deserializeProperties: (wire: { toJavaScript(): object }, keepSecrets: boolean) => Record<string, unknown>;
  serializeProperties: (props: object) => Promise<Record<string, unknown>>;
};

class NotApplicable extends Error {}

/** A secret value, as the engine passes it to a remediation and expects it back. */
export const secret = (value: unknown): object => ({ [specialSigKey]: specialSecretSig, value });

const ruleArguments = (config: Record<string, unknown>) => ({
  getConfig: <T>() => config as T,
  stackTags: new Map<string, string>(),
  notApplicable: (reason?: string): never => {
    throw new NotApplicable(reason);
  },
});

/**
 * Runs a rule's remediation as the policy SDK does: on properties behind its proxies, from and to what goes over the
 * wire.
 *
 * @returns the mended resource; undefined if the rule leaves it alone or is not meant for it.
 */
export async function mend(
  rule: Policies[number],
  subject: Resource,
  config: Record<string, unknown> = {},
): Promise<Resource | undefined> {
  const props = guardUnknowns(deserializeProperties({ toJavaScript: () => structuredClone(subject.props) }, true));
  const args = { ...ruleArguments(config), ...subject, props } as unknown as ResourceValidationArgs;
  assert.ok("remediateResource" in rule && rule.remediateResource, "the rule has no remediation");
  try {
    const mended = await rule.remediateResource(args);
    return mended ? { ...subject, props: await serializeProperties(mended) } : undefined;
  } catch (error) {
    if (error instanceof NotApplicable) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Runs a rule as the policy SDK does: on properties behind the proxy that throws when an unknown one is read, and with
 * whatever the rule throws being an error of the rule.
 */
export async function judge(
  rule: Policies[number],
  resources: readonly Resource[],
  config: Record<string, unknown> = {},
): Promise<Outcome> {
  const violations: { message: string; urn: string | undefined }[] = [];
  const notes: string[] = [];
  let notApplicable = 0;
  const reportAs = (ownUrn: string | undefined): ReportViolation => {
    return (message: string | object, urn?: string) => {
      if (typeof message === "string") {
        violations.push({ message, urn: ownUrn ?? urn });
      } else {
        const advice = message as { message: string; enforcementLevel: string };
        (advice.enforcementLevel === "advisory" ? notes : violations).push(advice.message as never);
      }
    };
  };
  const args = ruleArguments(config);
  const run = async (validate: () => void | Promise<void>): Promise<void> => {
    try {
      await validate();
    } catch (error) {
      if (!(error instanceof NotApplicable)) {
        throw error;
      }
      notApplicable += 1;
    }
  };
  const wrapped = resources.map((resource) => ({
    ...resource,
    props: guardUnknowns(resource.props),
    ...(resource.provider && { provider: { props: guardUnknowns(resource.provider.props) } }),
  }));
  if ("validateStack" in rule) {
    await run(() =>
      rule.validateStack({ ...args, resources: wrapped as unknown as PolicyResource[] }, reportAs(undefined)),
    );
  } else {
    for (const resource of wrapped) {
      const validations = [rule.validateResource ?? []].flat();
      for (const validate of validations) {
        await run(() =>
          validate({ ...args, ...resource } as unknown as ResourceValidationArgs, reportAs(resource.urn)),
        );
      }
    }
  }
  return { violations, notes, notApplicable };
}

/** A resource as the engine passes it; its Pulumi name is that of the object unless given. */
export function resource(
  token: string,
  props: Record<string, unknown>,
  { stack = "dev", name = nameOf(props), provider }: { stack?: string; name?: string; provider?: object } = {},
): Resource {
  const type = `kubernetes:${token}`;
  const urn = `urn:pulumi:${stack}::mesh-tracing::${type}::${name}`;
  return { type, urn, props, ...(provider && { provider: { props: { ...provider } } }) };
}

function nameOf(props: Record<string, unknown>): string {
  const name = (props["metadata"] as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : "unnamed";
}

export const tokens = {
  namespace: "core/v1:Namespace",
  controlPlane: "maistra.io/v2:ServiceMeshControlPlane",
  roll: "maistra.io/v1:ServiceMeshMemberRoll",
  member: "maistra.io/v1:ServiceMeshMember",
  telemetry: "telemetry.istio.io/v1alpha1:Telemetry",
  istio: "sailoperator.io/v1:Istio",
  deployment: "apps/v1:Deployment",
} as const;

export const namespace = (name: unknown, labels: Record<string, unknown> = {}): Resource =>
  resource(tokens.namespace, { metadata: { name, labels } });

/** A control plane with the provider `tempo`, in istio-system. */
export const controlPlane = (spec: Record<string, unknown> = {}, stack?: string): Resource =>
  resource(
    tokens.controlPlane,
    { metadata: { name: "istio-system", namespace: "istio-system" }, spec: { ...providers("tempo"), ...spec } },
    stack === undefined ? {} : { stack },
  );

/** The part of a control plane's spec that declares Zipkin providers of these names. */
export const providers = (...names: unknown[]): Record<string, unknown> => ({
  meshConfig: {
    extensionProviders: names.map((name) => ({
      name,
      zipkin: { service: "tempo-simplest-distributor.tracing-system.svc.cluster.local", port: 9411 },
    })),
  },
});

export const roll = (...members: unknown[]): Resource => rollOf({ members });

export const rollOf = (spec: Record<string, unknown>): Resource =>
  resource(tokens.roll, { metadata: { name: "default", namespace: "istio-system" }, spec });

export const memberOf = (ns: unknown, controlPlaneNamespace: unknown = "istio-system"): Resource =>
  resource(tokens.member, {
    metadata: { name: "default", namespace: ns },
    spec: { controlPlaneRef: { name: "istio-system", namespace: controlPlaneNamespace } },
  });

/** The mesh-wide Telemetry of the reference, or one that differs from it. */
export const telemetry = (
  tracing: unknown = [{ providers: [{ name: "tempo" }], randomSamplingPercentage: 100 }],
  {
    ns = "istio-system",
    name = "mesh-default",
    stack = "dev",
    spec = {},
  }: { ns?: unknown; name?: string; stack?: string; spec?: object } = {},
): Resource => resource(tokens.telemetry, { metadata: { name, namespace: ns }, spec: { tracing, ...spec } }, { stack });

/** A Deployment whose pods carry these labels and annotations. */
export const deployment = (
  ns: unknown,
  metadata: { labels?: unknown; annotations?: unknown } = {
    labels: { "sidecar.istio.io/inject": "true", app: "productpage", version: "v1" },
  },
): Resource =>
  resource(tokens.deployment, {
    metadata: {
      name: "productpage-v1",
      namespace: ns,
      labels: { "app.kubernetes.io/name": "productpage", "app.kubernetes.io/part-of": "bookinfo" },
    },
    spec: { template: { metadata } },
  });

/** A stack like that of the reference: every rule accepts it. */
export const soundStack = (): readonly Resource[] => [
  ...["istio-system", "tracing-system", "bookinfo"].map((name) =>
    namespace(name, { "pod-security.kubernetes.io/enforce": "restricted" }),
  ),
  controlPlane({ tracing: { type: "None", sampling: 10000 } }),
  roll("tracing-system", "bookinfo"),
  telemetry(),
  deployment("bookinfo"),
];
