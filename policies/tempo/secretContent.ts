import { Unknown, type Field } from "../fields";
import type { KubernetesObject } from "../match";

/** The keys and texts of a Secret. Whoever uses them must never put a text into a message. */
export class SecretContent {
  constructor(readonly secret: KubernetesObject) {}

  /** The text of a key; undefined if there is none, or an empty one. */
  text(key: string): string | Unknown | undefined {
    const plain = this.secret.field("stringData", key).string();
    const encoded = plain === undefined ? this.secret.field("data", key).string() : undefined;
    const text = typeof encoded === "string" ? Buffer.from(encoded, "base64").toString() : (plain ?? encoded);
    return text === undefined && this.secret.isPatch
      ? new Unknown(() => `what ${this.secret.toString()} does not patch is declared outside this stack`)
      : text || undefined;
  }

  /** Where a key is, or would be: in the map that the Secret has. */
  field(key: string): Field {
    const isPlain = this.secret.field("stringData").read() !== undefined;
    return this.secret.field(isPlain ? "stringData" : "data", key);
  }
}
