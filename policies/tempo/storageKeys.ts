import { isUnknown, type Unknown } from "../kubernetes/fields";
import type { SecretContent } from "./secretContent";

/** How Tempo authenticates to object storage: by a key that lasts, or by tokens. */
export type CredentialMode = "static" | "token" | "token-cco";

/** The keys of a Secret for one type of object storage. */
export interface StorageKeys {
  /** The keys that a credential mode needs. */
  readonly needed: Partial<Record<CredentialMode, readonly string[]>>;
  /** The keys by which the operator tells the modes apart. */
  readonly marks: Readonly<Record<"static" | "token", readonly string[]>>;
}

/** Source: grafana/tempo-operator, internal/handlers/storage. */
export const storageKeys: ReadonlyMap<string, StorageKeys> = new Map([
  [
    "s3",
    {
      needed: {
        static: ["bucket", "endpoint", "access_key_id", "access_key_secret"],
        token: ["bucket", "region", "role_arn"],
        "token-cco": ["bucket", "region"],
      },
      marks: { static: ["endpoint", "access_key_id", "access_key_secret"], token: ["region", "role_arn"] },
    },
  ],
  [
    "azure",
    {
      needed: {
        static: ["container", "account_name", "account_key"],
        token: ["container", "account_name", "client_id", "tenant_id"],
      },
      marks: { static: ["account_key"], token: ["tenant_id"] },
    },
  ],
  [
    "gcs",
    {
      needed: { static: ["bucketname", "key.json"], token: ["bucketname", "key.json"] },
      marks: { static: [], token: [] },
    },
  ],
]);

/** The keys of a list that a Secret has; unknown if one of them is. */
export function presentKeys(content: SecretContent, keys: readonly string[]): readonly string[] | Unknown {
  const texts = keys.map((key) => content.text(key));
  return texts.find(isUnknown) ?? keys.filter((_, index) => texts[index] !== undefined);
}
