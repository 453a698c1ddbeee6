import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as https from "node:https";
import * as http from "node:http";
import type { Kubeconfig, KubeconfigUser } from "./kubeconfig";
import { ClusterError, resolveContext } from "./kubeconfig";

/** What every Kubernetes object has, as far as this program reads it. */
export interface KubernetesObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
}

/** A condition as operators write it into `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A list as the API server answers it. */
export interface KubernetesList<T> {
  readonly items: readonly T[];
}

/** Reads from the API server; the seam that tests replace. */
export interface ClusterReader {
  /**
   * Answers a GET of one API path.
   *
   * @returns the object, or undefined where the server answers 404.
   * @throws ClusterError on everything else: unreachable, refused, forbidden.
   */
  get<T>(path: string): Promise<T | undefined>;
}

const defaultRequestTimeoutMs = 10_000;

/**
 * The few reads that the Pulumi provider has no resource for: is this the right cluster, and is an object that an
 * operator makes ready yet. It speaks HTTPS with the credentials of a kubeconfig and writes nothing. The official
 * client library would cost every preview 0.7 s of start-up for the same GETs.
 */
export class ClusterApi implements ClusterReader {
  private readonly server: URL;
  private session: Session;

  private constructor(
    private readonly kubeconfig: Kubeconfig,
    private readonly contextName: string,
    private readonly requestTimeoutMs: number,
  ) {
    this.server = new URL(kubeconfig.cluster.server);
    this.session = openSession(kubeconfig);
  }

  /**
   * Opens the cluster that a context of the kubeconfig names.
   *
   * @param context name of the context; the kubeconfig's current one by default.
   * @param requestTimeoutMs how long the server may be silent, in milliseconds; 10 s by default.
   * @throws ClusterError where there is no such kubeconfig or context, or its credentials cannot be had.
   */
  static open(context?: string, requestTimeoutMs = defaultRequestTimeoutMs): ClusterApi {
    const { kubeconfig, name } = resolveContext(context);
    return new ClusterApi(kubeconfig, name, requestTimeoutMs);
  }

  /** The context in use and its server, for messages. */
  get description(): string {
    return `context ${this.contextName} (${this.server.origin})`;
  }

  /** The user's bearer token, for other services of the same cluster that take it; undefined for one without. */
  get token(): string | undefined {
    const authorization = authorizationOf(this.session.credentials);
    return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
  }

  async get<T>(path: string): Promise<T | undefined> {
    let { status, body } = await this.request(path);
    if (status === 401 && this.kubeconfig.user.exec) {
      // What the plugin gave is good for minutes, an up can take longer.
      this.session = openSession(this.kubeconfig);
      ({ status, body } = await this.request(path));
    }
    if (status === 404) {
      return undefined;
    }
    // An API server does not redirect; a login page in front of it does.
    if (status >= 300) {
      throw new ClusterError(`${this.description} answered ${status} to GET ${path}: ${reasonOf(body)}`, status);
    }
    try {
      return JSON.parse(body) as T;
    } catch {
      throw new ClusterError(`${this.description} is no API server: its answer to GET ${path} is no JSON`);
    }
  }

  private async request(path: string): Promise<{ status: number; body: string }> {
    const base = this.server.pathname.replace(/\/$/, "");
    const headers: http.OutgoingHttpHeaders = { accept: "application/json" };
    const authorization = authorizationOf(this.session.credentials);
    if (authorization !== undefined) {
      headers.authorization = authorization;
    }
    const transport = this.server.protocol === "http:" ? http : https;
    return new Promise((resolve, reject) => {
      const request = transport.get(
        {
          host: this.server.hostname.replace(/^\[|\]$/g, ""),
          port: this.server.port || undefined,
          path: base + path,
          headers,
          agent: this.session.agent,
          timeout: this.requestTimeoutMs,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", (error) => reject(this.unreachable(error)));
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${this.requestTimeoutMs / 1000} s`)));
      request.on("error", (error) => reject(this.unreachable(error)));
    });
  }

  private unreachable(error: Error): ClusterError {
    const detail = error instanceof AggregateError ? error.errors.map(String).join("; ") : error.message;
    return new ClusterError(`${this.description} cannot be reached: ${detail}`);
  }
}

/** Credentials and the connections that were made with them. */
interface Session {
  readonly credentials: KubeconfigUser;
  readonly agent: http.Agent | https.Agent;
}

function openSession({ cluster, user }: Kubeconfig): Session {
  const credentials = user.exec ? runExecPlugin({ cluster, user }) : user;
  // Through the proxy that the environment names, as kubectl and the provider do, which never use one for this machine
  // itself. Node before 22.21 and 24.5 cannot.
  const isLocal = /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(cluster.server).hostname);
  const options = { keepAlive: true, ...(!isLocal && { proxyEnv: process.env }) };
  const agent = cluster.server.startsWith("http:")
    ? new http.Agent(options)
    : new https.Agent({
        ...options,
        ca: cluster.certificateAuthority,
        cert: credentials.clientCertificate,
        key: credentials.clientKey,
        servername: cluster.tlsServerName,
        rejectUnauthorized: !cluster.insecureSkipTlsVerify,
      });
  return { credentials, agent };
}

function authorizationOf({ token, tokenFile, username, password }: KubeconfigUser): string | undefined {
  if (tokenFile !== undefined) {
    return `Bearer ${readToken(tokenFile)}`;
  }
  if (token !== undefined) {
    return `Bearer ${token}`;
  }
  return username === undefined
    ? undefined
    : `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ClusterError(`the kubeconfig's tokenFile cannot be read: ${(error as Error).message}`);
  }
}

function reasonOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 200);
  }
}

/** Runs the credential plugin of a kubeconfig (client.authentication.k8s.io), as kubectl and the provider do. */
function runExecPlugin(kubeconfig: Kubeconfig): KubeconfigUser {
  const exec = kubeconfig.user.exec!;
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      cluster: exec.provideClusterInfo
        ? {
            server: kubeconfig.cluster.server,
            "certificate-authority-data": kubeconfig.cluster.certificateAuthority?.toString("base64"),
          }
        : undefined,
    },
  };
  try {
    const output = execFileSync(exec.command, exec.args, {
      env: { ...process.env, ...exec.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    });
    const { status } = JSON.parse(output.toString("utf8")) as {
      status: { token?: string; clientCertificateData?: string; clientKeyData?: string };
    };
    return {
      token: status.token,
      clientCertificate:
        status.clientCertificateData === undefined ? undefined : Buffer.from(status.clientCertificateData),
      clientKey: status.clientKeyData === undefined ? undefined : Buffer.from(status.clientKeyData),
    };
  } catch (error) {
    // The plugin's stdout is a credential, so only its name and how it failed are told.
    const reason = (error as NodeJS.ErrnoException).code ?? "it failed";
    throw new ClusterError(`the kubeconfig's credential plugin ${exec.command} gave no credentials (${reason})`);
  }
}
