/** Reads the current context of a kubeconfig that authenticates by a client certificate, as the embedded cluster's does. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";

/** Where a cluster is and how to get in. */
export interface ClusterAccess {
  /** The URL of the API server. */
  readonly server: string;
  /** PEM: the server's authority, the client's certificate and key. Undefined where the kubeconfig says nothing. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[];
  readonly users?: readonly { readonly name: string; readonly user: Readonly<Record<string, string>> }[];
}

/** The access that a file's current context gives. Throws when there is no such context or cluster. */
export function readKubeconfig(file: string): ClusterAccess {
  const config = parse(readFileSync(file, "utf8")) as Kubeconfig;
  const name = config["current-context"];
  const context = config.contexts?.find((item) => item.name === name)?.context;
  const cluster = config.clusters?.find((item) => item.name === context?.cluster)?.cluster;
  const user = config.users?.find((item) => item.name === context?.user)?.user ?? {};
  const server = cluster?.server;
  if (cluster === undefined || server === undefined)
    throw new Error(`${file}: no cluster for context ${name ?? "(none)"}`);
  // Each of them is either there in base64 or in a file beside the kubeconfig.
  const pem = (from: Readonly<Record<string, string>>, field: string): string | undefined => {
    const data = from[`${field}-data`];
    if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
    const path = from[field];
    return path === undefined ? undefined : readFileSync(resolve(dirname(file), path), "utf8");
  };
  return {
    server,
    ca: pem(cluster, "certificate-authority"),
    cert: pem(user, "client-certificate"),
    key: pem(user, "client-key"),
  };
}
