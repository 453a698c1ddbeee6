import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "./folder";
import { answersOk, listens } from "./health";
import { readPorts, type Ports } from "./ports";
import { DetachedProcess } from "./processes";
import { standInsProcess, standInsReadyFile } from "./standInsProcess";
import { tempoOperatorProcess } from "./tempoOperator";

/** A process of the control plane. */
export interface Component {
  /** The name that `status` and `logs` use. */
  readonly name: string;
  readonly process: DetachedProcess;
  /** File with its output. */
  readonly log: string;
  /** The port that it answers on. */
  readonly port: number;
  /** Whether it answers that it is well; never rejects. */
  readonly isHealthy: () => Promise<boolean>;
}

/** What listens where while nothing has chosen ports yet. */
const noPorts: Ports = {
  apiserver: 0,
  etcd: 0,
  etcdPeer: 0,
  controllerManager: 0,
  scheduler: 0,
  kwok: 0,
  tempoOperatorHealth: 0,
  tempoOperatorMetrics: 0,
  tempoOperatorWebhook: 0,
  standInsWebhook: 0,
};

/** The control plane's processes, each after those that it needs. */
export function components(folder: ControlPlaneFolder): Component[] {
  const ports = readPorts(folder.ports) ?? noPorts;
  const kwokctlComponent = (name: string, port: number, url: string): Component => ({
    name,
    process: new DetachedProcess(path.join(folder.kwokCluster, "pids", `${name}.pid`), folder.root),
    log: path.join(folder.kwokCluster, "logs", `${name}.log`),
    port,
    isHealthy: async () => {
      const ca = await readFile(path.join(folder.kwokCluster, "pki", "ca.crt"), "utf8").catch(() => undefined);
      return answersOk(url, ca);
    },
  });
  /** A controller's certificate is its own, unknown to anybody: that it listens must do. */
  const controller = (name: string, port: number): Component => ({
    ...kwokctlComponent(name, port, ""),
    isHealthy: () => listens(port),
  });
  const operatorLog = (name: string) => path.join(folder.logs, `${name}.log`);
  return [
    kwokctlComponent("etcd", ports.etcd, `http://127.0.0.1:${ports.etcd}/health`),
    kwokctlComponent("kube-apiserver", ports.apiserver, `https://127.0.0.1:${ports.apiserver}/readyz`),
    controller("kube-controller-manager", ports.controllerManager),
    controller("kube-scheduler", ports.scheduler),
    kwokctlComponent("kwok-controller", ports.kwok, `http://127.0.0.1:${ports.kwok}/healthz`),
    {
      name: "tempo-operator",
      process: tempoOperatorProcess(folder),
      log: operatorLog("tempo-operator"),
      port: ports.tempoOperatorWebhook,
      isHealthy: async () =>
        (await answersOk(`http://127.0.0.1:${ports.tempoOperatorHealth}/readyz`)) &&
        (await listens(ports.tempoOperatorWebhook)),
    },
    {
      name: "stand-ins",
      process: standInsProcess(folder),
      log: operatorLog("stand-ins"),
      port: ports.standInsWebhook,
      isHealthy: async () => existsSync(standInsReadyFile(folder)) && (await listens(ports.standInsWebhook)),
    },
  ];
}

/** What `status` tells of a component. */
export interface ComponentStatus {
  readonly component: Component;
  /** Its process id; undefined where it does not run. */
  readonly pid: number | undefined;
  /** `ready`: it runs and answers. `starting`: it runs and does not answer (yet). */
  readonly health: "ready" | "starting" | "stopped";
}

/** Looks at each of the control plane's processes. */
export async function componentStatus(folder: ControlPlaneFolder): Promise<ComponentStatus[]> {
  return Promise.all(
    components(folder).map(async (component) => {
      const pid = component.process.pid;
      const health = pid === undefined ? "stopped" : (await component.isHealthy()) ? "ready" : "starting";
      return { component, pid, health };
    }),
  );
}
