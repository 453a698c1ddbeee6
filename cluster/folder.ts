import path from "node:path";
import { UserError } from "./interruption";
import { controlPlanesFolder } from "./paths";

/** The control plane that `npm run demo` uses and that the commands mean unless told otherwise. */
export const defaultName = "demo";

/** Name of the context in a control plane's kubeconfig, the same for all: a stack names the cluster it is meant for by it. */
export const contextName = "mesh-tracing-embedded";

/** Where a control plane keeps its data; all of it is below {@link ControlPlaneFolder.root}. */
export interface ControlPlaneFolder {
  readonly name: string;
  readonly root: string;
  /** Kubeconfig of the cluster's administrator, with {@link contextName} as its one context. */
  readonly kubeconfig: string;
  /** kubectl's discovery cache. */
  readonly kubectlCache: string;
  /** The chosen ports. */
  readonly ports: string;
  /** The API server's audit log, one JSON event a line. */
  readonly auditLog: string;
  /** kwokctl's work folder, the `KWOK_WORKDIR`. */
  readonly kwokWorkdir: string;
  /** kwokctl's folder for this cluster: PKI, etcd's data, process ids, logs. */
  readonly kwokCluster: string;
  /** Logs of what kwokctl does not start. */
  readonly logs: string;
  /** Process ids of what kwokctl does not start. */
  readonly pids: string;
  /** Settings and serving certificate of the tempo-operator. */
  readonly tempoOperator: string;
  /** Temporary folder of what runs on this control plane; emptied by each stop. */
  readonly temporary: string;
  /** Certificates and state of the stand-ins. */
  readonly standIns: string;
  /** `PULUMI_HOME` of what is deployed here: plugins, the selected stack. */
  readonly pulumiHome: string;
  /** Pulumi's state of what is deployed here. It goes where the cluster goes. */
  readonly pulumiState: string;
}

/**
 * Layout of a control plane's data.
 * @param name lower-case letters, digits and dashes; else a {@link UserError}
 */
export function controlPlaneFolder(name = defaultName): ControlPlaneFolder {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw new UserError(
      `"${name}" is no name for a control plane: use up to 40 lower-case letters, digits and dashes, like "${defaultName}"`,
    );
  }
  const root = path.join(controlPlanesFolder, name);
  const kwokWorkdir = path.join(root, "kwok");
  const kwokCluster = path.join(kwokWorkdir, "clusters", name);
  return {
    name,
    root,
    kubeconfig: path.join(root, "kubeconfig"),
    kubectlCache: path.join(root, "kubectl-cache"),
    ports: path.join(root, "ports.json"),
    auditLog: path.join(kwokCluster, "logs", "audit.log"),
    kwokWorkdir,
    kwokCluster,
    logs: path.join(root, "logs"),
    pids: path.join(root, "pids"),
    tempoOperator: path.join(root, "tempo-operator"),
    temporary: path.join(root, "tmp"),
    standIns: path.join(root, "stand-ins"),
    pulumiHome: path.join(root, "pulumi"),
    pulumiState: path.join(root, "pulumi-state"),
  };
}
