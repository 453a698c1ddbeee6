import { allOf, isTrue, not } from "../pack/decisions";
import type { Decision } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { hasGateway, hasMonolithicGateway } from "../tempo/gateways";
import { serviceOf, type KnownService, type PortsIf } from "./knownService";
import type { Intake, ServicePort } from "./servicePort";

/** tempo-operator sets no appProtocol, and its port names (`otlp-grpc`) do not tell Istio that it is HTTP/2. */
const port = (number: number, takes: Intake = "something else"): ServicePort => ({ number, takes, isHttp2: false });

/** The ports of a distributor's receivers, which take TLS or do not. */
const receivers = (isTls: Decision): readonly ServicePort[] => [
  { ...port(4317, "OTLP over gRPC"), isTls },
  { ...port(4318, "OTLP over HTTP"), isTls },
  { ...port(9411, "Zipkin"), isTls },
  port(14250),
  port(14268),
];
const http = port(3200);
const grpc: ServicePort = { ...port(9095), isHttp2: true };
const jaegerQuery = [port(16685), port(16686), port(16687), port(8443)];
const gatewayPorts = [port(8080), port(8081)];

/** The Services that tempo-operator makes for a TempoStack. Source: grafana/tempo-operator, internal/manifests. */
export function tempoStackServices(tempo: KubernetesObject): readonly KnownService[] {
  const gateway = hasGateway(tempo);
  const jaeger = isTrue(tempo.field("spec", "template", "queryFrontend", "jaegerQuery", "enabled"));
  const metrics = isTrue(tempo.field("spec", "template", "metricsGenerator", "enabled"));
  const component = (name: string, ports: readonly PortsIf[], exists: Decision = true): readonly KnownService[] =>
    serviceOf(tempo, (stack) => `tempo-${stack}-${name}`, ports, exists);
  const query: readonly PortsIf[] = [
    [true, [http, grpc]],
    [jaeger, jaegerQuery],
  ];
  const internal: readonly PortsIf[] = [[true, [http, grpc]]];
  return [
    ...component("distributor", [
      [true, [http]],
      // Behind a gateway the distributor asks its clients for certificates that only the gateway has.
      [gateway, [port(4317), port(4318)]],
      [not(gateway), receivers(isTrue(tempo.field("spec", "template", "distributor", "tls", "enabled")))],
    ]),
    // It takes OTLP with TLS and a token, which a provider may have or not.
    ...component("gateway", [[true, [...gatewayPorts, { number: 8090, isHttp2: true }]]], gateway),
    ...component("query-frontend", query),
    ...component("query-frontend-discovery", [...query, [true, [port(9096)]]]),
    ...["ingester", "querier", "compactor"].flatMap((name) => component(name, internal)),
    ...component("metrics-generator", internal, metrics),
  ];
}

/** The Services that tempo-operator makes for a TempoMonolithic. Source: as above, folder monolithic. */
export function tempoMonolithicServices(tempo: KubernetesObject): readonly KnownService[] {
  const gateway = hasMonolithicGateway(tempo);
  const otlp = (protocol: string, number: number, takes: Intake): PortsIf => {
    const settings = tempo.field("spec", "ingestion", "otlp", protocol);
    return [
      settings.at("enabled").boolean() ?? true,
      [{ ...port(number, takes), isTls: isTrue(settings.at("tls", "enabled")) }],
    ];
  };
  const grpcIngestion = otlp("grpc", 4317, "OTLP over gRPC");
  const jaeger = allOf([isTrue(tempo.field("spec", "jaegerui", "enabled")), not(gateway)]);
  const open: readonly PortsIf[] = [[true, [http]], grpcIngestion, otlp("http", 4318, "OTLP over HTTP")];
  // Through the gateway, OTLP needs TLS and a token, which a provider may have or not.
  const closed: readonly PortsIf[] = [
    [true, [http, ...gatewayPorts]],
    [grpcIngestion[0], [{ number: 4317, isHttp2: false }]],
  ];
  return [
    ...serviceOf(tempo, (name) => `tempo-${name}`, open, not(gateway)),
    ...serviceOf(tempo, (name) => `tempo-${name}-gateway`, closed, gateway),
    ...serviceOf(tempo, (name) => `tempo-${name}-jaegerui`, [[true, jaegerQuery]], jaeger),
  ];
}
