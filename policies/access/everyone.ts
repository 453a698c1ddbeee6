/** Groups and users of Kubernetes that nobody had to be chosen for. */
const everyone: ReadonlyMap<string, string> = new Map([
  ["system:authenticated", "everybody who can log in"],
  ["system:authenticated:oauth", "everybody who can log in"],
  ["system:serviceaccounts", "every pod of the cluster"],
  ["system:unauthenticated", "everybody, without logging in,"],
  ["system:anonymous", "everybody, without logging in,"],
]);

/** Who is meant by a subject that stands for everyone, as messages call them; undefined for other subjects. */
export function whoeverIs(subject: string): string | undefined {
  return everyone.get(subject);
}
