import { Unknown, type Field } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { entryText } from "../kubernetes/secrets";

/** The keys and texts of a Secret. Whoever uses them must never put a text into a message. */
export class SecretContent {
  constructor(readonly secret: KubernetesObject) {}

  /** The text of a key; undefined if there is none, or an empty one. */
  text(key: string): string | Unknown | undefined {
    const text = entryText(this.secret, key);
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
