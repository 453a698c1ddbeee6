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

// A name in quotes is the whole text in them: the end of a sentence in quotes is none.
const quotedBy = (quotes: string): RegExp =>
  new RegExp(
    `(?<name>[\\w.-]+)(?:(?<![ \\t][\\w.-]+)["'\\]]+)?\\s*(?<![=!<>])[:=](?!=)\\s*(?<quote>[${quotes}])(?<value>(?:(?!\\k<quote>)[^\\n])+)\\k<quote>`,
    "g",
  );
const quoted = quotedBy("\"'`");
/** What stands between backquotes a shell runs. */
const quotedInShell = quotedBy("\"'");
const inShell = /(?:^|[\s;&|])(?<name>[A-Za-z_]\w*)=(?<value>[^\s"'`$;&|()<>\\]+)/g;
const flag = /(?:^|\s)--?(?<name>[\w.-]+)(?:=|\s+)(?<value>[^\s"'`;&|-][^\s"'`;&|]*)/g;
const line =
  /^[ \t]*(?:export[ \t]+|-[ \t]+)?["']?(?<name>[\w.-]+)["']?[ \t]*[:=][ \t]*(?<value>[^\s"'#{}()[\],;<>|&]+)[ \t]*(?:#.*)?$/gm;
const comment = /^[ \t]*(?:#|\/\/|;).*$/gm;

/** How each kind of text assigns. */
const assignments: Readonly<Record<TextKind, readonly RegExp[]>> = {
  code: [quoted],
  shell: [quotedInShell, inShell, flag],
  config: [quoted, line],
};

/**
 * The name to which a text assigns a credential in plain text; undefined if it does not. The value is not returned, so
 * that nobody prints it.
 */
export function assignedCredential(text: string, kind: TextKind): string | undefined {
  if (!/pass|token|secret|key|connection/i.test(text)) {
    return undefined;
  }
  const code = text.replace(comment, "");
  const matches = assignments[kind].flatMap((pattern) => [...code.matchAll(pattern)]);
  return matches.find(({ groups }) => isCredential(groups?.["name"] ?? "", groups?.["value"] ?? ""))?.groups?.["name"];
}

/** Whether a value is a credential, going by the name under which it stands. */
export function isCredential(name: string, value: string): boolean {
  return (
    (isCredentialName(name) && isLiteral(value)) ||
    (mayBeSecretName(name) && isLiteral(value) && !isObjectName(value.trim()))
  );
}
