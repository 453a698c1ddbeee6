/**
 * How credentials look: by the name under which they stand, and by themselves. Names and values are judged here;
 * finding them in objects and texts is not.
 */

/** What a name ends with, its separators removed, that promises a credential. */
const credentialEnd =
  /(?:password|passwd|passphrase|token|apikey|accesskey|secretkey|accesskeysecret|privatekey|signingkey|encryptionkey|accountkey|storagekey|connectionstring|(?:client|shared|consumer|session|cookie|signing|jwt|hmac|webhook)secret)$/;

/** Ends of names that look like the above and are something else: counts, names and public halves. */
const harmlessEnd =
  /(?:initialclustertoken|maxtoken|numtoken|nexttoken|continuetoken|pagetoken|publicaccesskey|publickey)$/;

/** Whether a name promises that its value is a credential: `MINIO_SECRET_KEY`, `adminPassword`, `api-token`. */
export function isCredentialName(name: string): boolean {
  const letters = name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
  return (credentialEnd.test(letters) && !harmlessEnd.test(letters)) || /(?:^|[_.-])pass$/i.test(name);
}

/** Whether a name says only "secret", which may be a credential or the name of a Secret. */
export function mayBeSecretName(name: string): boolean {
  return /secret$/i.test(name);
}

/** Whether a text could be the name of a Kubernetes object, or its namespace and name. */
export function isObjectName(value: string): boolean {
  return /^(?:[a-z0-9][-a-z0-9]*\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value);
}

/** Texts that say something else than a credential, although they stand where one could. */
const notLiteral: readonly RegExp[] = [
  /^$/,
  /^\$[({\w]|\$[({]|\{\{|%\{/, // a variable, to be filled in by shell, Kubernetes, Helm or a collector
  /^(?:secret|vault|op|sops|file|env|awsssm|ref\+\w+):/i, // a reference to where it is kept: Kiali's secret:name:key
  /^arn:aws:secretsmanager:|^projects\/[^/]+\/secrets\//,
  /^ENC[[(]/, // encrypted
  /^(?:\.{0,2}|~)\/[\w.-]+(?:\/[\w.@-]+)*$/, // a path
  /^[a-z]+:\/\/[^@\s]*$/i, // an address
  /^[\w./-]+\.(?:pem|key|crt|txt)$/, // a file
  /^[01]$/,
  /^(?:true|false|yes|no|on|off|null|none|nil|enabled|disabled|default|optional|required|jwt|opaque)$/i,
  /^(?:\*+|x+|\.+|<.*>|\[?redacted\]?)$/i, // a mask, or a place to fill in
];

/** Whether a text under a credential's name is the credential itself, rather than a reference, a path or a switch. */
export function isLiteral(value: string): boolean {
  const text = value.trim();
  return !notLiteral.some((pattern) => pattern.test(text));
}

/** Credentials that are known by their looks, under whatever name. */
const looks: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["an access key of AWS", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token of GitHub", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})/],
  ["a token of Slack", /\bxox[abeprs]-[A-Za-z0-9-]{10}/],
  ["a JSON web token", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8}/],
];

/** A password in a URL or a command, and that of an Authorization header: the part that must be literal is captured. */
const literalLooks: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a URL with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"']*:([^\s@/"']+)@/gi],
  ["the password of a user", /\bcurl\b[^|;&\n]*\s(?:-u|--user)[\s=]*["']?[^\s:"']+:([^\s"']+)/g],
  ["an Authorization header", /\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+([^\s"']+)/gi],
];

/** What kind of credential a text holds that is one by its looks; undefined if none is found. */
export function knownCredential(text: string): string | undefined {
  return (
    looks.find(([, pattern]) => pattern.test(text))?.[0] ??
    literalLooks.find(([, pattern]) => [...text.matchAll(pattern)].some(([, part]) => isLiteral(part ?? "")))?.[0]
  );
}

/** Credentials that documentation and samples publish: everybody tries them first. */
const published: ReadonlySet<string> = new Set([
  "admin",
  "admin123",
  "changeit",
  "changeme",
  "change-me",
  "guest",
  "minio",
  "minio123",
  "minioadmin",
  "password",
  "password123",
  "secret",
  "supersecret",
  "test",
  "test123",
]);

/** Whether a credential is one that documentation publishes. */
export function isPublished(value: string): boolean {
  return published.has(value.trim().toLowerCase());
}
