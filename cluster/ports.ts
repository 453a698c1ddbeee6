import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { UserError } from "./interruption";
import { controlPlanesFolder } from "./paths";

/** Everything of a control plane that listens, always on 127.0.0.1. */
export const portNames = [
  "apiserver",
  "etcd",
  "etcdPeer",
  "controllerManager",
  "scheduler",
  "kwok",
  "tempoOperatorHealth",
  "tempoOperatorMetrics",
  "tempoOperatorWebhook",
  "standInsWebhook",
] as const;

/** A port for each listener. */
export type Ports = Readonly<Record<(typeof portNames)[number], number>>;

// Below the range that systems give to outgoing connections, so that none of those takes a port while its owner restarts.
const lowest = 20_000;
const highest = 32_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ports kept in a file; undefined where there is none that can be read. */
export function readPorts(file: string): Ports | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Ports;
  } catch {
    return undefined;
  }
}

/** Ports that any control plane of this user has chosen, whether it runs or not. */
async function takenPorts(): Promise<Set<number>> {
  const names = await readdir(controlPlanesFolder).catch(() => []);
  const all = names.map((name) => readPorts(path.join(controlPlanesFolder, name, "ports.json")));
  return new Set(all.flatMap((ports) => Object.values(ports ?? {})));
}

/**
 * Chooses a control plane's ports: those of its last start where all are free still, so that its clients find it again,
 * else new ones.
 * @param file where the choice is kept
 */
export async function choosePorts(file: string): Promise<Ports> {
  const last = readPorts(file);
  if (last && portNames.every((name) => last[name] > 0)) {
    const free = await Promise.all(portNames.map((name) => isFree(last[name])));
    if (free.every(Boolean)) return last;
  }
  const taken = await takenPorts();
  const chosen: Partial<Record<(typeof portNames)[number], number>> = {};
  let port = lowest + Math.floor(Math.random() * (highest - lowest - 1_000));
  for (const name of portNames) {
    do {
      port += 1;
      if (port > highest) throw new UserError(`no free port was found between ${lowest} and ${highest} on 127.0.0.1`);
    } while (taken.has(port) || !(await isFree(port)));
    chosen[name] = port;
  }
  writeFileSync(file, JSON.stringify(chosen, undefined, 2));
  return chosen as Ports;
}
