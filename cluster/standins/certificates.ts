/** Certificates for the webhooks and for what the service CA signs; the authorities are kept in the state folder. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs serving certificates. */
export interface Authority extends Certificate {
  /** A certificate for these DNS names and addresses, valid for a year. */
  issue(dnsNames: readonly string[], addresses?: readonly string[]): Promise<Certificate>;
}

/** Ten years: longer than any demo cluster lives. */
const authorityLifetime = 3650 * 24 * 3600 * 1000;
/** One year, well above a demo's life and renewed by a restart only when the Secret is gone. */
const certificateLifetime = 365 * 24 * 3600 * 1000;

/**
 * An authority that is kept in a folder, made at the first call and the same ever after, so that a restart changes no bundle.
 *
 * @param file how its files are called, without their ending.
 * @param commonName what its certificate calls it.
 */
export async function authority(
  folder: string,
  file = "service-ca",
  commonName = "openshift-service-serving-signer",
): Promise<Authority> {
  const files = { cert: join(folder, `${file}.crt`), key: join(folder, `${file}.key`) };
  if (!existsSync(files.cert) || !existsSync(files.key)) {
    const made = await generate([{ name: "commonName", value: commonName }], {
      keyType: "ec",
      algorithm: "sha256",
      notAfterDate: new Date(Date.now() + authorityLifetime),
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
      ],
    });
    writeFileSync(files.key, made.private, { mode: 0o600 });
    writeFileSync(files.cert, made.cert);
  }
  const cert = readFileSync(files.cert, "utf8");
  const key = readFileSync(files.key, "utf8");
  return { cert, key, issue: (dnsNames, addresses = []) => issue({ cert, key }, dnsNames, addresses) };
}

async function issue(ca: Certificate, dnsNames: readonly string[], addresses: readonly string[]): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: dnsNames[0] ?? addresses[0] ?? "" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + certificateLifetime),
    ca,
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...dnsNames.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
