import { isCredentialName, isLiteral, isObjectName, mayBeSecretName } from "./credentials";

/**
 * How a text assigns values to names.
 *
 * - `code`: only a quoted text is a value; anything else is an expression.
 * - `shell`: as `code`, and `NAME=value` without spaces.
 * - `config`: as `code`, and lines of `name: value` or `name = value`.
 */
export type TextKind = "code" | "shell" | "config";

/** File names whose text is code. */
const codeFile = /\.(?:[cm]?[jt]sx?|py|rb|go|java|lua|pl|php|rego|html|css|md|sql|tmpl|tpl)$/i;

/** What kind of text a file holds, by its name. */
export function textKindOf(fileName: string): TextKind {
  return codeFile.test(fileName) ? "code" : /\.(?:ba)?sh$/i.test(fileName) ? "shell" : "config";
}

const quoted = /([\w.-]+)["'\]]*\s*(?<![=!<>])[:=](?!=)\s*(["'`])((?:(?!\2)[^\n])+)\2/g;
const inShell = /(?:^|[\s;&|])()([A-Za-z_]\w*)=([^\s"'`$;&|()<>\\]+)/g;
const flag = /(?:^|\s)--?([\w.-]+)(?:=|\s+)()(?!-)([^\s"'`;&|]+)/g;
const line =
  /^[ \t]*(?:export[ \t]+|-[ \t]+)?["']?([\w.-]+)["']?[ \t]*[:=][ \t]*()([^\s"'#{}()[\],;<>|&]+)[ \t]*(?:#.*)?$/gm;
const comment = /^[ \t]*(?:#|\/\/|;).*$/gm;

/**
 * The name to which a text assigns a credential in plain text; undefined if it does not. The value is not returned, so
 * that nobody prints it.
 */
export function assignedCredential(text: string, kind: TextKind): string | undefined {
  if (!/pass|token|secret|key|connection/i.test(text)) {
    return undefined;
  }
  const code = text.replace(comment, "");
  const matches = [
    ...[...code.matchAll(quoted)].map(([, name, , value]) => [name, value] as const),
    ...(kind === "shell" ? [...code.matchAll(inShell)].map(([, , name, value]) => [name, value] as const) : []),
    ...(kind === "shell" ? [...code.matchAll(flag)].map(([, name, , value]) => [name, value] as const) : []),
    ...(kind === "config" ? [...code.matchAll(line)].map(([, name, , value]) => [name, value] as const) : []),
  ];
  return matches.find(([name = "", value = ""]) => isCredential(name, value))?.[0];
}

/** Whether a value is a credential, going by the name under which it stands. */
export function isCredential(name: string, value: string): boolean {
  return (
    (isCredentialName(name) && isLiteral(value)) ||
    (mayBeSecretName(name) && isLiteral(value) && !isObjectName(value.trim()))
  );
}
