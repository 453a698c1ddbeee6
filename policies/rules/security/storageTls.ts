import { isUnknown, type Decision, type Field, type Unknown } from "../../kubernetes/fields";
import type { Violation } from "../../pack/findings";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import { declaredSecret, secretEntry } from "../../kubernetes/secrets";
import type { Stack } from "../../kubernetes/stack";

/**
 * Traces are what the mesh's users did. For a TempoStack, tempo-operator looks at nothing but `tls.enabled`: with an
 * endpoint of `https://` and without that switch, Tempo speaks plain HTTP to it.
 */
export const storageTls = stackRule(
  {
    name: "storage-tls",
    displayName: "TLS to the object store",
    description: "Tempo must speak TLS to its object store.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "storage"],
    url: "https://grafana.com/docs/tempo/latest/setup/operator/object-storage/",
    framework: hardeningGuide("Network separation and hardening", "Traffic between components must be encrypted."),
    remediationSteps:
      "Set spec.storage.tls.enabled to true (with caName if the store has a CA of its own), and let the Secret's endpoint begin with https://.",
  },
  (stack, findings) => {
    const judge = (object: KubernetesObject, isPlain: Decision, place: Place): void => {
      if (isUnknown(isPlain)) {
        findings.undecided(object, isPlain);
      } else if (isPlain) {
        findings.violation({ object, ...place });
      }
    };
    for (const tempo of stack.ofKind(kinds.tempoStack)) {
      judge(tempo, isStackPlain(stack, tempo), {
        field: tempo.field("spec", "storage", "tls", "enabled"),
        problem: "so Tempo speaks plain HTTP to the object store, whatever its endpoint says",
        fix: "Set it to true, with caName if the store has a CA of its own.",
      });
    }
    for (const tempo of stack.ofKind(kinds.tempoMonolithic)) {
      judge(tempo, isMonolithicPlain(stack, tempo), {
        field: tempo.field("spec", "storage", "traces", "s3", "secret"),
        problem: "a Secret whose endpoint does not begin with https://, so Tempo speaks plain HTTP to the object store",
        fix: "Let the endpoint begin with https://, and set spec.storage.traces.s3.tls if the store has a CA of its own.",
      });
    }
  },
  { withoutMesh: true },
);

type Place = Pick<Violation, "field" | "problem" | "fix">;

function isStackPlain(stack: Stack, tempo: KubernetesObject): Decision {
  const storage = tempo.field("spec", "storage");
  const enabled = storage.at("tls", "enabled").boolean();
  if (enabled === true || isUnknown(enabled) || tempo.isPatch) {
    return isUnknown(enabled) ? enabled : enabled === false;
  }
  const type = storage.at("secret", "type").string();
  const mode = storage.at("secret", "credentialMode").string();
  if (type !== "s3" || (mode !== undefined && !isUnknown(mode))) {
    // Azure and Google are always taken over HTTPS, and so is AWS with a role.
    return isUnknown(type) ? type : type === "s3" && mode === "static";
  }
  if (isUnknown(mode)) {
    return mode;
  }
  // Without a mode the operator goes by what the Secret has.
  const role = entryOf(stack, tempo, storage.at("secret", "name"), "role_arn");
  return isUnknown(role) ? role : role === undefined;
}

/** A TempoMonolithic goes by the endpoint's scheme. */
function isMonolithicPlain(stack: Stack, tempo: KubernetesObject): Decision {
  const traces = tempo.field("spec", "storage", "traces");
  const backend = traces.at("backend").string();
  if (backend !== "s3") {
    return isUnknown(backend) ? backend : false;
  }
  const endpoint = entryOf(stack, tempo, traces.at("s3", "secret"), "endpoint");
  return isUnknown(endpoint) ? endpoint : endpoint !== undefined && !endpoint.startsWith("https://");
}

/** An entry of the Secret that a field names. */
function entryOf(stack: Stack, tempo: KubernetesObject, name: Field, key: string): string | Unknown | undefined {
  const secret = declaredSecret(stack, tempo.namespace, name.string() ?? "");
  return isUnknown(secret) ? secret : secretEntry(secret, key);
}
