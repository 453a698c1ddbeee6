import { allOf, equals, isTrue } from "../pack/decisions";
import { isUnknown, type Field } from "../kubernetes/fields";
import type { Refusal } from "./refusal";

/** What the operator refuses of storage other than S3. Source: grafana/tempo-operator, internal/handlers/storage. */
export function storageRefusals(storage: Field): readonly Refusal[] {
  const type = storage.at("secret", "type").string();
  const isOther = isUnknown(type) ? type : type === "azure" || type === "gcs";
  return [
    {
      applies: allOf([isOther, isTrue(storage.at("tls", "enabled"))]),
      field: storage.at("tls", "enabled"),
      problem: "but only S3 has TLS settings of its own",
      fix: "Remove storage.tls: the other clouds' storage has TLS anyway.",
    },
    {
      applies: allOf([isOther, equals(storage.at("secret", "credentialMode"), "token-cco")]),
      field: storage.at("secret", "credentialMode"),
      problem: "but only S3 has that mode",
      fix: "Use token or static.",
    },
  ];
}
