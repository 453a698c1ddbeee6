/**
 * Plain requests to an API server. The stand-ins need lists, watches and a handful of writes, all in the wire's own form; a
 * client library's informers turn listed objects, but not watched ones, into classes, and triple the process's memory.
 */
import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { ClusterAccess } from "./kubeconfig";
import { kinds, type Kind, type KubeObject } from "./objects";

/** A refusal by the API server. */
export class ApiError extends Error {
  /**
   * @param code the HTTP status.
   * @param message the server's words; they name the object and the field, not the request's body.
   */
  public constructor(
    public readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** One line of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/** How a patch is to be read. */
export const patchTypes = { apply: "application/apply-patch+yaml", merge: "application/merge-patch+json" } as const;

/** A connection to a cluster. */
export class ApiServer {
  private readonly agent: Agent;

  /** @param access which cluster, and as whom. */
  public constructor(private readonly access: ClusterAccess) {
    const { ca, cert, key } = access;
    this.agent = new Agent({ keepAlive: true, ca, cert, key });
  }

  /** One request. Rejects with an ApiError when the server refuses it. */
  public async call<T>(method: string, path: string, body?: object, contentType = "application/json"): Promise<T> {
    const response = await this.send(method, path, body, contentType);
    const text = (await response.setEncoding("utf8").toArray()).join("");
    if ((response.statusCode ?? 0) >= 300) throw refusal(response, text);
    return JSON.parse(text) as T;
  }

  /** Hands on each event since a version, until the server ends the watch. Rejects when it breaks or is refused. */
  public async watch(path: string, onEvent: (event: WatchEvent) => void, stop: AbortSignal): Promise<void> {
    const response = await this.send("GET", path, undefined, "application/json", stop);
    if ((response.statusCode ?? 0) >= 300)
      throw refusal(response, (await response.setEncoding("utf8").toArray()).join(""));
    for await (const line of createInterface({ input: response })) onEvent(JSON.parse(line) as WatchEvent);
  }

  private send(
    method: string,
    path: string,
    body?: object,
    contentType?: string,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = Buffer.from(body === undefined ? "" : JSON.stringify(body));
    const headers = {
      accept: "application/json",
      "content-type": contentType,
      // Without it Node sends the body of a DELETE in a way that spoils the connection.
      "content-length": payload.length,
      "user-agent": "mesh-tracing-standins",
    };
    const options = { agent: this.agent, method, headers, signal };
    return new Promise((resolve, reject) => {
      request(new URL(path, this.access.server), options, resolve).on("error", reject).end(payload);
    });
  }
}

/** The path of a kind's collection, in one namespace or in all. */
export function collectionPath({ apiVersion, plural }: Kind<KubeObject>, namespace?: string): string {
  const prefix = apiVersion.includes("/") ? "/apis" : "/api";
  return `${prefix}/${apiVersion}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}`;
}

/** The path of an object. Throws when its kind is not in the table of kinds. */
export function objectPath({ apiVersion, kind, metadata }: KubeObject): string {
  const found = Object.values<Kind<KubeObject>>(kinds).find((of) => of.apiVersion === apiVersion && of.kind === kind);
  if (found === undefined) throw new Error(`${apiVersion} ${kind} is not in the table of kinds`);
  return `${collectionPath(found, metadata.namespace)}/${metadata.name}`;
}

function refusal(response: IncomingMessage, text: string): ApiError {
  const code = response.statusCode ?? 0;
  try {
    return new ApiError(code, (JSON.parse(text) as { message?: string }).message ?? text);
  } catch {
    return new ApiError(code, text);
  }
}
