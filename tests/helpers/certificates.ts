import { generate } from "selfsigned";

/** A certificate and its key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const algorithm = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

/** A certificate authority of its own. */
export async function authority(name: string): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    ...algorithm,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

/** A certificate for a server at 127.0.0.1, under further DNS names too. */
export function serverCertificate(ca: KeyPair, names: readonly string[] = []): Promise<KeyPair> {
  return issue(ca, "loopback", [
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: [{ type: 7, ip: "127.0.0.1" }, ...names.map((value) => ({ type: 2, value }) as const)],
    },
  ]);
}

/** A certificate that a client proves its name with. */
export function clientCertificate(ca: KeyPair, name: string): Promise<KeyPair> {
  return issue(ca, name, [{ name: "extKeyUsage", clientAuth: true }]);
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>["extensions"]>;

async function issue(ca: KeyPair, name: string, extensions: Extensions): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    ...algorithm,
    ca,
    extensions: [{ name: "basicConstraints", cA: false, critical: true }, ...extensions],
  });
  return { cert, key };
}
