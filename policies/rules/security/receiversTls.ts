import { isUnknown, type Field, type Unknown } from "../../kubernetes/fields";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";
import { gatewayField } from "../../tempo/gateways";

/** Behind a gateway the receivers speak TLS with certificates of the operator, and only with the gateway. */
export const receiversTls = resourceRule(
  {
    name: "receivers-tls",
    displayName: "TLS to Tempo's receivers",
    description: "Tempo must receive spans over TLS.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["security", "tempo"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.16/html/distributed_tracing/distr-tracing-tempo-configuring",
    framework: hardeningGuide("Network separation and hardening", "Traffic between components must be encrypted."),
    remediationSteps:
      "Enable TLS at the receivers, and let the senders use it: for Envoy by a DestinationRule with tls mode SIMPLE for the provider's service. Or put Tempo behind its gateway.",
  },
  [kinds.tempoStack, kinds.tempoMonolithic],
  (object, findings) => {
    const gateway = gatewayField(object).boolean();
    for (const { tls, enabled } of receivers(object)) {
      const encrypts = tls.boolean();
      const unknown = [encrypts, gateway, enabled].find(isUnknown);
      if (encrypts === true || gateway === true || enabled === false) {
        continue;
      }
      if (unknown) {
        findings.undecided(object, unknown);
      } else if (encrypts === false || !object.isPatch) {
        findings.violation({
          object,
          field: tls,
          problem: "so spans travel in plain text, with the addresses and tags of every traced request",
          fix: "Set it to true, or enable Tempo's gateway.",
        });
      }
    }
  },
);

/** A receiver's switch of TLS, and whether the receiver is on, which it is unless switched off. */
interface Receiver {
  readonly tls: Field;
  readonly enabled: boolean | Unknown | undefined;
}

function receivers(tempo: KubernetesObject): readonly Receiver[] {
  if (tempo.is(kinds.tempoStack)) {
    return [{ tls: tempo.field("spec", "template", "distributor", "tls", "enabled"), enabled: true }];
  }
  return ["grpc", "http"].map((name) => {
    const protocol = tempo.field("spec", "ingestion", "otlp", name);
    return { tls: protocol.at("tls", "enabled"), enabled: protocol.at("enabled").boolean() };
  });
}
