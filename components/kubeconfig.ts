import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";

/** The API server could not be asked, or refused. The message says what to do. */
export class ClusterError extends Error {
  /**
   * @param message what was asked of whom, and the answer.
   * @param status the HTTP status; none where there was no answer.
   */
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** One context of a kubeconfig, resolved: where the server is and who we are there. */
export interface Kubeconfig {
  readonly cluster: {
    /** URL of the API server. */
    readonly server: string;
    /** CA bundle, PEM; the system's roots where absent. */
    readonly certificateAuthority?: Buffer;
    /** Name expected in the server's certificate, where it differs from the URL's host. */
    readonly tlsServerName?: string;
    /** The kubeconfig asks not to check the server's certificate. */
    readonly insecureSkipTlsVerify: boolean;
  };
  readonly user: KubeconfigUser;
}

/** Credentials of a kubeconfig user. */
export interface KubeconfigUser {
  /** Bearer token. */
  readonly token?: string;
  /** File that holds a bearer token and may be renewed, read for each request; it counts before `token`. */
  readonly tokenFile?: string;
  /** Name for basic authentication, which proxies in front of an API server may ask for. */
  readonly username?: string;
  /** Password for basic authentication. */
  readonly password?: string;
  /** Client certificate, PEM. */
  readonly clientCertificate?: Buffer;
  /** Key of the client certificate, PEM. */
  readonly clientKey?: Buffer;
  /** Credential plugin to run. */
  readonly exec?: {
    readonly apiVersion: string;
    /** Path, or a name to look up in PATH. */
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly provideClusterInfo: boolean;
  };
}

interface Named<Key extends string, T> {
  name: string;
  file: string;
  value: Record<Key, T>[Key];
}

interface KubeconfigFile {
  "current-context"?: string;
  clusters?: { name: string; cluster: Record<string, unknown> }[];
  contexts?: { name: string; context: { cluster: string; user: string } }[];
  users?: { name: string; user: Record<string, unknown> }[];
}

/**
 * Finds a context the way kubectl and the Kubernetes provider do: in the files of `KUBECONFIG`, else in
 * `~/.kube/config`; of entries with the same name the first file's counts.
 *
 * @throws ClusterError with the contexts that exist.
 */
export function resolveContext(wanted?: string): { kubeconfig: Kubeconfig; name: string } {
  const files = kubeconfigFiles();
  const clusters: Named<"cluster", Record<string, unknown>>[] = [];
  const contexts: Named<"context", { cluster: string; user: string }>[] = [];
  const users: Named<"user", Record<string, unknown>>[] = [];
  let current: string | undefined;
  for (const file of files) {
    const content = readKubeconfig(file);
    current ??= content["current-context"] || undefined;
    clusters.push(...(content.clusters ?? []).map((entry) => ({ name: entry.name, file, value: entry.cluster })));
    contexts.push(...(content.contexts ?? []).map((entry) => ({ name: entry.name, file, value: entry.context })));
    users.push(...(content.users ?? []).map((entry) => ({ name: entry.name, file, value: entry.user })));
  }
  const name = wanted ?? current;
  const known = contexts.map((context) => context.name).join(", ") || "none";
  const context = contexts.find((candidate) => candidate.name === name);
  if (name === undefined || context === undefined) {
    throw new ClusterError(
      `the kubeconfig (${files.join(", ")}) has no context ${name ?? "chosen as current-context"}; contexts there: ${known}`,
    );
  }
  const cluster = clusters.find((candidate) => candidate.name === context.value.cluster);
  if (cluster === undefined || typeof cluster.value.server !== "string") {
    throw new ClusterError(
      `context ${name} of the kubeconfig names cluster ${context.value.cluster}, which is not there`,
    );
  }
  if (!/^https?:\/\//.test(cluster.value.server) || !URL.canParse(cluster.value.server)) {
    throw new ClusterError(
      `cluster ${cluster.name} of the kubeconfig has the server ${JSON.stringify(cluster.value.server)}, which is no https URL`,
    );
  }
  if (cluster.value["proxy-url"] !== undefined) {
    throw new ClusterError(
      `context ${name} reaches its cluster through proxy-url, which the prerequisites check cannot; set HTTPS_PROXY instead`,
    );
  }
  const user = users.find((candidate) => candidate.name === context.value.user);
  if (user === undefined) {
    throw new ClusterError(`context ${name} of the kubeconfig names user ${context.value.user}, which is not there`);
  }
  const impersonation = Object.keys(user.value ?? {}).find((key) => key === "as" || key.startsWith("as-"));
  if (impersonation !== undefined) {
    throw new ClusterError(
      `user ${user.name} of the kubeconfig impersonates another (${impersonation}), which the prerequisites check cannot; use a context of that user`,
    );
  }
  return {
    name,
    kubeconfig: {
      cluster: {
        server: cluster.value.server,
        certificateAuthority: fileOrData(cluster.value, cluster.file, "certificate-authority"),
        tlsServerName: cluster.value["tls-server-name"] as string | undefined,
        insecureSkipTlsVerify: cluster.value["insecure-skip-tls-verify"] === true,
      },
      user: resolveUser(user.value ?? {}, user.file),
    },
  };
}

function kubeconfigFiles(): string[] {
  const listed = (process.env.KUBECONFIG ?? "").split(path.delimiter).filter((file) => file !== "");
  const candidates = listed.length > 0 ? listed : [path.join(homedir(), ".kube", "config")];
  const files = candidates.filter((file) => existsSync(file));
  if (files.length === 0) {
    throw new ClusterError(
      `there is no kubeconfig at ${candidates.join(", ")}; log in to the cluster or set KUBECONFIG`,
    );
  }
  return files;
}

function readKubeconfig(file: string): KubeconfigFile {
  try {
    return (parse(readFileSync(file, "utf8")) ?? {}) as KubeconfigFile;
  } catch (error) {
    throw new ClusterError(`the kubeconfig ${file} cannot be read: ${(error as Error).message.split("\n")[0]}`);
  }
}

function resolveUser(user: Record<string, unknown>, file: string): KubeconfigUser {
  const exec = user.exec as
    | {
        apiVersion: string;
        command: string;
        args?: string[];
        env?: { name: string; value: string }[];
        provideClusterInfo?: boolean;
      }
    | undefined;
  return {
    token: user.token as string | undefined,
    username: user.username as string | undefined,
    password: user.password as string | undefined,
    tokenFile: typeof user.tokenFile === "string" ? path.resolve(path.dirname(file), user.tokenFile) : undefined,
    clientCertificate: fileOrData(user, file, "client-certificate"),
    clientKey: fileOrData(user, file, "client-key"),
    exec: exec && {
      apiVersion: exec.apiVersion,
      command: exec.command.includes(path.sep) ? path.resolve(path.dirname(file), exec.command) : exec.command,
      args: exec.args ?? [],
      env: Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])),
      provideClusterInfo: exec.provideClusterInfo ?? false,
    },
  };
}

/** Reads `key-data` (base64) or the file that `key` names, relative to the kubeconfig. */
function fileOrData(entry: Record<string, unknown>, file: string, key: string): Buffer | undefined {
  const data = entry[`${key}-data`];
  if (typeof data === "string") {
    return Buffer.from(data, "base64");
  }
  const location = entry[key];
  if (typeof location !== "string") {
    return undefined;
  }
  try {
    return readFileSync(path.resolve(path.dirname(file), location));
  } catch (error) {
    throw new ClusterError(
      `the kubeconfig ${file} names ${location} as ${key}, which cannot be read: ${(error as Error).message}`,
    );
  }
}
