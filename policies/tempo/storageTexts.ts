import type { Defect } from "../pack/findings";
import type { SecretContent } from "./secretContent";

/** Where the token is that a Google key file for short-lived credentials must point to. */
const tokenFile = "/var/run/secrets/storage/serviceaccount/token";

/** What is wrong with the `endpoint` of a Secret for S3. The operator wants a URL, and takes `host:port` for one. */
export function endpointDefects(content: SecretContent): readonly Defect[] {
  return /^[a-z][a-z0-9+.-]*:./i.test(textOf(content, "endpoint"))
    ? []
    : [
        {
          field: content.field("endpoint"),
          problem: "which is no URL with a scheme, so the operator refuses it",
          fix: "Write https:// before the host, or http:// for a store without TLS.",
          secret: true,
        },
      ];
}

/** Whether the `endpoint` of a Secret for S3 is one without TLS. */
export function isPlainEndpoint(content: SecretContent): boolean {
  return textOf(content, "endpoint").startsWith("http://");
}

/** What is wrong with the `key.json` of a Secret for Google's storage. */
export function keyFileDefects(content: SecretContent): readonly Defect[] {
  const defect = (problem: string, fix: string): readonly Defect[] => [
    { field: content.field("key.json"), problem, fix, secret: true },
  ];
  let key: { type?: unknown; credential_source?: { file?: unknown } } | null;
  try {
    key = JSON.parse(textOf(content, "key.json")) as typeof key;
  } catch {
    return defect("which is no JSON, so the operator refuses it", "Put the key file into it as Google made it.");
  }
  return key?.type === "external_account" && key.credential_source?.file !== tokenFile
    ? defect(
        "short-lived credentials that do not come from the token that the operator mounts",
        `Set credential_source.file in it to ${tokenFile}.`,
      )
    : [];
}

function textOf(content: SecretContent, key: string): string {
  const text = content.text(key);
  return typeof text === "string" ? text : "";
}
