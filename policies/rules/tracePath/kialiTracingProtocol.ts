import { isUnknown, type Field, type Unknown } from "../../kubernetes/fields";
import {
  isAddon,
  isGatewayUrl,
  kialiVersion,
  queryUrl,
  tracingOf,
  versionTwo,
  type QueryUrl,
} from "../../kiali/kialiTracing";
import type { Defect } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";
import { isBefore } from "../../kubernetes/version";

/** Where Tempo and Jaeger usually answer queries, and in which way. */
const ports = { jaegerHttp: 16686, jaegerGrpc: 16685, tempoHttp: 3200, tempoGrpc: 9095 } as const;

/** Kiali asks in the wrong language, and shows "could not fetch traces" or an empty tab. */
export const kialiTracingProtocol = stackRule(
  {
    name: "kiali-tracing-protocol",
    displayName: "Kiali asks the store as it answers",
    description: "Kiali's provider and use_grpc must fit the port at which it asks for traces.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/p8s-jaeger-grafana/tracing/tempo/",
    remediationSteps:
      "For provider jaeger use port 16686 with use_grpc false, or 16685 with true. For provider tempo use port 3200, or the gateway with use_grpc false.",
  },
  (stack, findings) => {
    for (const kiali of stack.ofKind(kinds.kiali)) {
      const defects = judge(kiali, stack);
      if (isUnknown(defects)) {
        findings.undecided(kiali, defects);
      } else {
        defects.forEach((defect) => findings.violation({ object: kiali, ...defect }));
      }
    }
  },
  { withoutMesh: true },
);

function judge(kiali: KubernetesObject, stack: Stack): readonly Defect[] | Unknown {
  const tracing = tracingOf(kiali);
  const target = queryUrl(tracing);
  const provider = tracing.at("provider").string();
  const addon = isAddon(kiali, stack);
  const grpc = tracing.at("use_grpc").boolean();
  const version = kialiVersion(kiali, stack);
  if (
    isUnknown(target) ||
    isUnknown(provider) ||
    isUnknown(addon) ||
    isUnknown(grpc) ||
    isUnknown(version) ||
    !target
  ) {
    return [target, provider, addon, grpc, version].find(isUnknown) ?? [];
  }
  // What a patch does not set, somebody else may have set; of the addon's resource it is known what.
  const isOpen = kiali.isPatch && !addon;
  const settings: Settings = {
    tracing,
    provider,
    hasProvider: !(version && isBefore(version, versionTwo)),
    grpc: grpc ?? (isOpen ? undefined : !addon),
  };
  return provider === "tempo"
    ? ofTempo(settings, target)
    : provider === undefined && isOpen
      ? []
      : ofJaeger(settings, target);
}

interface Settings {
  readonly tracing: Field;
  readonly provider: string | undefined;
  /** Whether the version knows other providers than Jaeger. */
  readonly hasProvider: boolean;
  /** Whether Kiali asks by gRPC; undefined if that is set elsewhere. */
  readonly grpc: boolean | undefined;
}

/** Jaeger's query service takes HTTP and gRPC at ports of their own, and Tempo's own API is something else. */
function ofJaeger({ tracing, provider, hasProvider, grpc }: Settings, { field, port }: QueryUrl): readonly Defect[] {
  if (port === ports.tempoHttp || port === ports.tempoGrpc) {
    const implied = provider === undefined ? "which means jaeger, " : "";
    return [
      {
        field: hasProvider ? tracing.at("provider") : field,
        problem: hasProvider
          ? `${implied}but port ${port} in ${field.toString()} is that of Tempo's own API`
          : "the port of Tempo's own API, which this version of Kiali does not know",
        fix: `${hasProvider ? "Set it to tempo, or use" : "Use"} port ${ports.jaegerHttp} of a query-frontend with jaegerQuery.`,
      },
    ];
  }
  const useGrpc = tracing.at("use_grpc");
  const implied = useGrpc.read() === undefined ? `which means ${grpc}, ` : "";
  if (grpc === false && port === ports.jaegerGrpc) {
    return [
      {
        field: useGrpc,
        problem: `${implied}but port ${port} takes gRPC`,
        fix: `Set it to true, or use port ${ports.jaegerHttp}.`,
      },
    ];
  }
  // Behind a port of a proxy there may be gRPC, but only whoever says so knows.
  const isHttp = port === ports.jaegerHttp || (implied !== "" && (port === 80 || port === 443));
  return grpc === true && isHttp
    ? [{ field: useGrpc, problem: `${implied}but port ${port} takes HTTP`, fix: "Set it to false." }]
    : [];
}

/** Tempo is asked by HTTP in any case, and besides by gRPC at a port of its own, which its gateway does not have. */
function ofTempo({ tracing, grpc }: Settings, { field, url, port }: QueryUrl): readonly Defect[] {
  if (port === ports.jaegerHttp || port === ports.jaegerGrpc) {
    const fix = `Use port ${ports.tempoHttp} of the query-frontend, or the gateway.`;
    return [{ field, problem: "the port of Jaeger's API, but the provider is tempo", fix }];
  }
  if (port === ports.tempoGrpc) {
    const fix = `Use port ${ports.tempoHttp} here; the port for gRPC is grpc_port.`;
    return [{ field, problem: "the port of Tempo's gRPC, but Kiali asks this URL by HTTP", fix }];
  }
  const useGrpc = tracing.at("use_grpc");
  const implied = useGrpc.read() === undefined ? "which means true, " : "";
  return grpc === true && isGatewayUrl(url)
    ? [{ field: useGrpc, problem: `${implied}but Tempo's gateway takes no queries by gRPC`, fix: "Set it to false." }]
    : [];
}
