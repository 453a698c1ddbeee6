import { createRequire } from "node:module";
import { anyOf, Field, isUnknown, Unknown, type Decision } from "../kubernetes/fields";
import { equals, isSet, not } from "../pack/decisions";
import type { KubernetesObject } from "../kubernetes/match";
import { declaredPorts } from "./declaredServices";
import { serviceOf, type KnownService, type PortsIf } from "./knownService";
import type { SpanProtocol } from "./servicePort";

/** A listener of a receiver: where its settings are, what it takes, and its port unless they name one. */
interface Listener {
  readonly settings: readonly string[];
  readonly takes: SpanProtocol;
  readonly port: number;
}

/** The receivers that take what proxies send. */
const receivers: Readonly<Record<string, readonly Listener[]>> = {
  otlp: [
    { settings: ["protocols", "grpc"], takes: "OTLP over gRPC", port: 4317 },
    { settings: ["protocols", "http"], takes: "OTLP over HTTP", port: 4318 },
  ],
  zipkin: [{ settings: [], takes: "Zipkin", port: 9411 }],
};

/**
 * The Services that the OpenTelemetry operator makes for a collector: the ports of `spec.ports`, and one for each
 * listener of a pipeline's receivers. A collector that is a sidecar has none.
 * Source: open-telemetry/opentelemetry-operator, internal/manifests/collector/service.go.
 */
export function collectorServices(collector: KubernetesObject): readonly KnownService[] {
  const exists = not(equals(collector.field("spec", "mode"), "sidecar"));
  const received = receiverPorts(collector);
  const byNumber = new Map(received.flatMap(([, ports]) => ports).map((port) => [port.number, port]));
  // Of a port in the list it is the name that counts, and of the receiver behind it what it takes.
  const declared = declaredPorts(collector.field("spec", "ports")).map(([condition, ports]): PortsIf => [
    condition,
    ports.map(({ number, isHttp2 }) => ({ ...byNumber.get(number), number, isHttp2 })),
  ]);
  const own = new Set(declared.flatMap(([, ports]) => ports).map(({ number }) => number));
  const ports = [
    ...declared,
    ...received.map(([condition, list]): PortsIf => [condition, list.filter(({ number }) => !own.has(number))]),
  ];
  return ["collector", "collector-headless"].flatMap((suffix) =>
    serviceOf(collector, (name) => `${name}-${suffix}`, ports, exists),
  );
}

/** The ports of the receivers that a pipeline uses. */
function receiverPorts(collector: KubernetesObject): readonly PortsIf[] {
  const config = configOf(collector);
  if (isUnknown(config)) {
    return [[config, []]];
  }
  const entries = config.at("receivers").entries();
  if (isUnknown(entries)) {
    return [[entries, []]];
  }
  // For Routes, the operator writes an appProtocol that OpenShift's router knows and Istio does not.
  const isHttp2 = not(equals(collector.field("spec", "ingress", "type"), "route"));
  return entries.flatMap(([id, receiver]) => {
    const used = isInPipeline(config, id);
    return (receivers[id.split("/", 1)[0] ?? ""] ?? []).map((listener): PortsIf => {
      const settings = receiver.at(...listener.settings);
      const present = listener.settings.length === 0 || hasKey(receiver.at("protocols"), listener.settings[1] ?? "");
      const number = portOf(settings, listener.port);
      if (isUnknown(number)) {
        return [number, []];
      }
      return [
        used === true ? present : used,
        [
          {
            number,
            takes: listener.takes,
            isHttp2: listener.takes === "OTLP over gRPC" && isHttp2,
            isTls: isSet(settings.at("tls")),
          },
        ],
      ];
    });
  });
}

/** The part of the package yaml that is used here. */
interface Yaml {
  readonly parse: (text: string) => unknown;
}

/** A collector's configuration, which in v1alpha1 is YAML in a text. */
function configOf(collector: KubernetesObject): Field | Unknown {
  const path = ["spec", "config"];
  const text = collector.field(...path).string();
  if (typeof text !== "string") {
    return collector.field(...path);
  }
  // Loaded here, since hardly a preview needs it and it takes as long to load as all rules.
  const { parse } = createRequire(__filename)("yaml") as Yaml;
  try {
    const props = { spec: { config: parse(text) } };
    return new Field({ props, toString: () => collector.toString() }, path);
  } catch {
    return new Unknown(() => `${path.join(".")} of ${collector.toString()} is no YAML`);
  }
}

function isInPipeline(config: Field, receiver: string): Decision {
  const pipelines = config.at("service", "pipelines").entries();
  return isUnknown(pipelines)
    ? pipelines
    : anyOf(
        pipelines
          .flatMap(([, pipeline]) => pipeline.at("receivers").strings())
          .map(({ value }) => (isUnknown(value) ? value : value === receiver)),
      );
}

/** Whether a map has a key, be it with nothing behind it: `grpc:` in YAML. */
function hasKey(map: Field, key: string): Decision {
  const entries = map.entries();
  return isUnknown(entries) ? entries : entries.some(([name]) => name === key);
}

/** The port in `endpoint: 0.0.0.0:4317`. */
function portOf(settings: Field, usual: number): number | Unknown {
  const endpoint = settings.at("endpoint").string();
  return isUnknown(endpoint) ? endpoint : Number(/:(\d+)$/.exec(endpoint ?? "")?.[1] ?? usual);
}
