import { isCredentialName, knownCredential } from "./credentials";
import { assignedCredential, isCredential, textKindOf, type TextKind } from "./credentialText";
import { isUnknown, type Unknown } from "../kubernetes/fields";
import { commandLines, mayBeWhole, type Leaf } from "../kubernetes/leaves";

/** What credential a leaf holds in plain text, as a noun; undefined if it holds none. */
export function plainCredential(leaf: Leaf, isFile: boolean): string | undefined {
  if (isUnknown(leaf.value)) {
    return undefined;
  }
  const value = String(leaf.value);
  const name = nameOf(leaf);
  if (isCredential(name, value)) {
    return namesASecret(leaf) ? undefined : `the value of ${name}`;
  }
  const known = knownCredential(`${name}: ${value}`);
  if (known !== undefined) {
    return known;
  }
  const kind = kindOfText(leaf, value, isFile);
  const assigned = kind && assignedCredential(value, kind);
  return assigned === undefined ? undefined : `a value for ${assigned}`;
}

/** Whether a credential could turn up in this place once its value is known. */
export function mayBecomeCredential(leaf: Leaf, isFile: boolean): boolean {
  return isFile || mayBeWhole(leaf) || isCredentialName(nameOf(leaf));
}

/** Why it is not known what a leaf means: the name beside a `value` is not. */
export function unknownName({ segment, holder }: Leaf): Unknown | undefined {
  const names = segment === "value" ? ["name", "key"] : [];
  return names.map((key) => holder.at(key).string()).find(isUnknown);
}

/** What says what a leaf means: the name beside a `value`, the flag before an argument, or its key. */
function nameOf({ segment, key, holder, value }: Leaf): string {
  if (segment === "value") {
    const name = holder.at("name").string() ?? holder.at("key").string();
    return typeof name === "string" ? name : key;
  }
  if (typeof segment === "number" && commandLines.has(key)) {
    const before = segment > 0 ? holder.at(segment - 1).string() : undefined;
    return isFlag(before) && !isFlag(value) ? before : key;
  }
  return key;
}

function isFlag(argument: unknown): argument is string {
  return typeof argument === "string" && /^--?[\w.-]+$/.test(argument);
}

function kindOfText(leaf: Leaf, value: string, isFile: boolean): TextKind | undefined {
  if (commandLines.has(leaf.key)) {
    return "shell";
  }
  if (isFile) {
    return textKindOf(leaf.key);
  }
  return value.includes("\n") ? (leaf.key === "inlineCode" ? "code" : "config") : undefined;
}

/** Whether the map says which Secret has the value: then the other entries are keys of that Secret. */
function namesASecret({ segment, holder }: Leaf): boolean {
  const entries = typeof segment === "string" ? holder.entries() : [];
  return !isUnknown(entries) && entries.some(([key]) => key !== segment && namesSecret.test(key));
}

const namesSecret = /^(?:existing)?secret(?:name|ref)?$|secret_?(?:key_?)?(?:name|ref)$/i;
