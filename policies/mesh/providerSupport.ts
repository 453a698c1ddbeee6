import { isUnknown, type Field } from "../kubernetes/fields";
import type { Defect } from "../pack/findings";
import { isBefore, type Version } from "../kubernetes/version";

/** A kind of extension provider that a mesh knows. */
interface ProviderKind {
  /** The version of the mesh that first had it, and the one that no longer has it. */
  readonly since?: Version;
  readonly until?: Version;
  /** Its settings, where the mesh does not know all that Istio's API has. */
  readonly settings?: readonly string[];
  /** The version that first knew a setting. */
  readonly settingsSince?: Readonly<Record<string, Version>>;
}

const ossm25: Version = { major: 2, minor: 5 };
const istio = (minor: number): Version => ({ major: 1, minor });

/** What OpenShift Service Mesh 2 knows. Source: maistra/istio-operator, the CRD and pkg/controller/versions. */
const maistraProviders: Readonly<Record<string, ProviderKind>> = {
  prometheus: {},
  envoyExtAuthzHttp: {},
  envoyExtAuthzGrpc: {},
  envoyOtelAls: { since: ossm25 },
  zipkin: { since: ossm25, settings: ["service", "port", "maxTagLength", "enable64bitTraceId"] },
  opentelemetry: { since: ossm25, settings: ["service", "port", "maxTagLength"] },
};

/** Where versions of Istio that the Sail operator runs differ. Source: Istio's change notes. */
const istioProviders: Readonly<Record<string, ProviderKind>> = {
  lightstep: { until: istio(27) },
  opencensus: { until: istio(27) },
  zipkin: {
    settingsSince: { path: istio(24), traceContextOption: istio(28), timeout: istio(29), headers: istio(29) },
  },
  opentelemetry: { settingsSince: { grpc: istio(24), serviceAttributeEnrichment: istio(30) } },
};

/** OpenShift Service Mesh 2: the API server drops what the CRD does not have, and the operator refuses the rest. */
export function unknownToMaistra(kind: string, settings: Field, version: Version | undefined): readonly Defect[] {
  const known = own(maistraProviders, kind);
  if (!known) {
    const all = Object.keys(maistraProviders).join(", ");
    return [
      {
        field: settings,
        problem: `a kind of provider that OpenShift Service Mesh 2 does not have (it has ${all})`,
        fix: "Use zipkin or opentelemetry.",
      },
    ];
  }
  if (known.since && version && isBefore(version, known.since)) {
    const since = label(known.since);
    return [
      {
        field: settings,
        problem: `a kind of provider that the operator refuses in ${label(version)}, for it came with ${since}`,
        fix: `Set spec.version to ${since} or later.`,
      },
    ];
  }
  const { settings: allowed } = known;
  return allowed === undefined
    ? []
    : keysOf(settings)
        .filter(([key]) => !allowed.includes(key))
        .map(([, field]) => ({
          field,
          problem: "a setting that OpenShift Service Mesh 2 does not have, so the API server refuses or drops it",
          fix: `Remove it; a provider of this kind has ${allowed.join(", ")}.`,
        }));
}

/** Istio ignores what came later, and no longer starts a tracer that has been removed. */
export function unknownToIstio(kind: string, settings: Field, version: Version | undefined): readonly Defect[] {
  const { until, settingsSince = {} } = own(istioProviders, kind) ?? {};
  if (!version) {
    return [];
  }
  const removed = until && !isBefore(version, until);
  return [
    ...(removed
      ? [
          {
            field: settings,
            problem: `a kind of provider that Istio no longer has since ${label(until)}`,
            fix: "Use opentelemetry.",
          },
        ]
      : []),
    ...keysOf(settings).flatMap(([key, field]) => {
      const since = own(settingsSince, key);
      return since && isBefore(version, since)
        ? [
            {
              field,
              problem: `which proxies of ${label(version)} ignore, for it came with ${label(since)}`,
              fix: `Remove it, or set spec.version to ${label(since)} or later.`,
            },
          ]
        : [];
    }),
  ];
}

function keysOf(settings: Field): readonly (readonly [string, Field])[] {
  const entries = settings.entries();
  return isUnknown(entries) ? [] : entries.filter(([, field]) => field.read() !== undefined);
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function label({ major, minor }: Version): string {
  return `v${major}.${minor}`;
}
