import { isUnknown } from "../../kubernetes/fields";
import { hardeningGuide } from "../../pack/frameworks";
import { visitLeaves } from "../../kubernetes/leaves";
import { everyKind, kinds } from "../../kubernetes/match";
import { mayBecomeCredential, plainCredential, unknownName } from "../../credentials/plainCredentials";
import { resourceRule } from "../../pack/rule";

/** Kinds whose purpose is to hold credentials, encrypted ones, or the names of keys that hold them. */
const keepers = [
  kinds.secret,
  { group: "bitnami.com", kinds: ["SealedSecret"] },
  { group: "external-secrets.io", kinds: ["ExternalSecret", "ClusterExternalSecret", "SecretStore", "PushSecret"] },
  { group: "secrets-store.csi.x-k8s.io", kinds: ["SecretProviderClass"] },
  // A chart may put its values into Secrets, and only the chart knows which.
  { group: "helm.sh", kinds: ["Release", "Chart"] },
  { group: "apiextensions.k8s.io", kinds: ["CustomResourceDefinition"] },
];

/** What is not the user's to write: what the cluster reports, the copy that kubectl keeps, an operator's examples. */
const notWritten: ReadonlySet<string> = new Set([
  "status",
  "managedFields",
  "binaryData",
  "kubectl.kubernetes.io/last-applied-configuration",
  "alm-examples",
]);

/**
 * Kubernetes keeps everything but Secrets where many may read it. So it makes no difference that a policy cannot tell
 * Pulumi's secrets, which it is given as plain values: encrypted in the state, they would still be in plain text in a
 * Deployment. Secrets themselves are not judged here, for a value from an encrypted output looks there like one from
 * the program's text.
 */
export const noPlainCredentials = resourceRule(
  {
    name: "no-plain-credentials",
    displayName: "No credentials outside Secrets",
    description: "A credential must be in a Secret, and nothing else may hold it in plain text.",
    enforcementLevel: "mandatory",
    severity: "critical",
    tags: ["security", "credentials"],
    url: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    framework: hardeningGuide(
      "Network separation and hardening",
      "Credentials belong into Secrets, not into manifests, images or environment variables.",
    ),
    remediationSteps:
      "Put the credential into a Secret and refer to it (secretKeyRef, a mounted file, the kind's own field). Then replace the credential, for it has been read.",
  },
  [everyKind],
  (object, findings) => {
    if (keepers.some((kind) => object.is(kind))) {
      return;
    }
    const isConfigMap = object.is(kinds.configMap);
    visitLeaves(
      object.field(),
      (key) => !notWritten.has(key),
      (leaf) => {
        const isFile = isConfigMap && leaf.holder.toString() === "data";
        if (isUnknown(leaf.value)) {
          if (mayBecomeCredential(leaf, isFile)) {
            findings.undecided(object, leaf.value);
          }
          return;
        }
        const credential = plainCredential(leaf, isFile);
        const nameless = unknownName(leaf);
        if (credential !== undefined) {
          findings.violation({
            object,
            field: leaf.field,
            problem: `${credential} in plain text, for everybody to read who may read this object`,
            fix: "Put it into a Secret, refer to that, and replace the credential.",
            secret: true,
          });
        } else if (nameless) {
          findings.undecided(object, nameless);
        }
      },
    );
  },
);
