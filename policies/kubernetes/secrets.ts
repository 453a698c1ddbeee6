import { isUnknown, Unknown } from "./fields";
import { kinds, type KubernetesObject } from "./match";
import type { Stack } from "./stack";

/** Secrets that a stack declares, for rules that follow a reference to one. Never to be printed. */

/** The declarations of a Secret; not known if the stack does not declare it, or the name or namespace of one. */
export function declaredSecret(
  stack: Stack,
  namespace: string | Unknown,
  name: string | Unknown,
): readonly KubernetesObject[] | Unknown {
  if (isUnknown(namespace) || isUnknown(name)) {
    return isUnknown(namespace) ? namespace : (name as Unknown);
  }
  const secrets = stack.ofKind(kinds.secret);
  const found = secrets.filter((secret) => secret.name === name && secret.namespace === namespace);
  const doubt = secrets.flatMap((secret) => [secret.name, secret.namespace]).find(isUnknown);
  const isElsewhere = found.every((secret) => secret.isPatch);
  return isElsewhere
    ? (doubt ?? new Unknown(() => `Secret ${namespace}/${name} is declared outside this stack`))
    : found;
}

/** The text of an entry in what a stack declares of a Secret; undefined if there is none. */
export function secretEntry(declarations: readonly KubernetesObject[], key: string): string | Unknown | undefined {
  return declarations.map((secret) => entryText(secret, key)).find((text) => text !== undefined);
}

/** The text of an entry of a Secret, whether it is written plainly or encoded; undefined if there is none. */
export function entryText(secret: KubernetesObject, key: string): string | Unknown | undefined {
  const encoded = secret.field("data", key).string();
  const decoded = typeof encoded === "string" ? Buffer.from(encoded, "base64").toString() : encoded;
  return secret.field("stringData", key).string() ?? decoded;
}
