import { isTrue } from "../../pack/decisions";
import { isUnknown, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { reportDefects } from "../../pack/possibleDefect";
import { stackRule } from "../../pack/rule";
import { SecretContent } from "../../tempo/secretContent";
import { presentKeys, storageKeys, type CredentialMode, type StorageKeys } from "../../tempo/storageKeys";
import { endpointDefects, isPlainEndpoint, keyFileDefects } from "../../tempo/storageTexts";
import { secretOf, storageReferences, type StorageReference } from "../../tempo/storageReferences";

/** With such a Secret the operator makes no Tempo, or one that does not reach its storage. */
export const storageSecretForm = stackRule(
  {
    name: "storage-secret-form",
    displayName: "Tempo's storage Secret has what it needs",
    description:
      "The Secret of a Tempo's object storage must have the keys of one credential mode, and a URL as endpoint.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["trace path"],
    url: "https://grafana.com/docs/tempo/latest/setup/operator/object-storage/",
    remediationSteps:
      "For S3 with a lasting key set bucket, endpoint (with https://), access_key_id and access_key_secret; for short-lived credentials bucket, region and role_arn.",
  },
  (stack, findings) => {
    for (const reference of storageReferences(stack)) {
      const { tempo, type } = reference;
      const secret = secretOf(reference, stack);
      if (isUnknown(type) || isUnknown(secret)) {
        findings.undecided(tempo, [type, secret].find(isUnknown)!);
        continue;
      }
      const keys = storageKeys.get(type ?? "");
      if (secret && keys) {
        judge(reference, new SecretContent(secret), keys, findings);
      }
    }
  },
  { withoutMesh: true },
);

function judge(reference: StorageReference, content: SecretContent, keys: StorageKeys, findings: Findings): void {
  const { tempo } = reference;
  const mode = modeOf(reference, content, keys);
  if (isUnknown(mode)) {
    findings.undecided(content.secret, mode);
    return;
  }
  if (mode === "both") {
    findings.violation({
      object: tempo,
      field: reference.name,
      problem: "but that Secret has keys of lasting and of short-lived credentials, so the operator takes neither",
      fix: `Keep either ${keys.marks.static.join(", ")} or ${keys.marks.token.join(", ")}.`,
    });
    return;
  }
  const needed = keys.needed[mode] ?? [];
  const present = presentKeys(content, needed);
  if (isUnknown(present)) {
    findings.undecided(content.secret, present);
    return;
  }
  for (const key of needed.filter((each) => !present.includes(each))) {
    findings.violation({
      object: content.secret,
      field: content.field(key),
      problem: `but ${tempo.toString()} needs it in credential mode ${mode}`,
      fix: `Set ${needed.join(", ")}.`,
      secret: true,
    });
  }
  const defects = [
    ...(present.includes("endpoint") ? endpointDefects(content) : []),
    ...(present.includes("key.json") ? keyFileDefects(content) : []),
  ];
  defects.forEach((defect) => findings.violation({ object: content.secret, ...defect }));
  if (reference.tls && present.includes("endpoint") && isPlainEndpoint(content)) {
    const tls = { applies: isTrue(reference.tls), field: reference.tls };
    const problem = `but the endpoint in ${content.secret.toString()} is one of http`;
    reportDefects(tempo, [{ ...tls, problem, fix: "Write https:// in the Secret, or remove storage.tls." }], findings);
  }
}

/** The credential mode, which the operator tells by the keys unless it is given. */
function modeOf(
  { credentialMode }: StorageReference,
  content: SecretContent,
  { marks }: StorageKeys,
): CredentialMode | "both" | Unknown {
  const given = credentialMode.string();
  if (given) {
    return given as CredentialMode | Unknown;
  }
  const [lasting, brief] = [presentKeys(content, marks.static), presentKeys(content, marks.token)];
  if (isUnknown(lasting) || isUnknown(brief)) {
    return isUnknown(lasting) ? lasting : (brief as Unknown);
  }
  return brief.length === 0 ? "static" : lasting.length === 0 ? "token" : "both";
}
