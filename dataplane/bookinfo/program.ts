import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "../../cluster/folder";
import type { Container, Pod } from "../deployed";
import { DataPlaneProcess } from "../process";

/** What an image of Bookinfo is: a service, and what sets its version apart. */
interface Image {
  readonly service: "productpage" | "details" | "reviews" | "ratings";
  /** Colour of reviews' stars; none where it does not ask ratings. */
  readonly starColor?: "black" | "red";
}

/** What the images have baked in. */
const starColors: Readonly<Record<string, Image["starColor"]>> = { v2: "black", v3: "red" };

/** The service that an image would run; undefined where it is not one of Bookinfo's. */
export function bookinfoImage(image = ""): Image | undefined {
  const [, service, version = ""] =
    /examples-bookinfo-(productpage|details|reviews|ratings)-(v\d)[:@]/.exec(image) ?? [];
  if (service === undefined) return undefined;
  return { service: service as Image["service"], starColor: service === "reviews" ? starColors[version] : undefined };
}

/** The port that a service listens on when its container names none. */
const usualPort = 9080;

const portOf = ({ ports }: Container) => ports?.[0]?.containerPort ?? usualPort;

/** Whether a process listens on a port, in whichever network namespace it is: asking it over the network would leave a trace. */
function listensInside(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  // Local address, remote address, state 0A: listening.
  const isListener = (line: string) => line.includes(wanted) && / 0A /.test(line);
  return ["tcp", "tcp6"].some((table) => {
    try {
      return readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").some(isListener);
    } catch {
      // It has just ended.
      return false;
    }
  });
}

/** The process of a container of Bookinfo's. */
export function bookinfoProcess(folder: ControlPlaneFolder, container: Container, name: string): DataPlaneProcess {
  const port = portOf(container);
  const process: DataPlaneProcess = new DataPlaneProcess(folder, {
    name: `${name}.${container.name}`,
    port,
    isHealthy: () => {
      const pid = process.process.pid;
      return Promise.resolve(pid !== undefined && listensInside(pid, port));
    },
  });
  return process;
}

/** Starts it unless it runs. */
export async function startBookinfo(
  process: DataPlaneProcess,
  pod: Pod,
  container: Container,
  { namespace, podFolder }: { readonly namespace: string; readonly podFolder: string },
): Promise<void> {
  const image = bookinfoImage(container.image);
  if (!image) throw new Error(`${container.image} is no image of Bookinfo's`);
  if (process.process.pid !== undefined) return;
  await mkdir(podFolder, { recursive: true });
  const others = ["details", "reviews", "ratings"].map((name) => [name, `http://${name}:${usualPort}`]);
  const settings = {
    port: portOf(container),
    services: Object.fromEntries(others) as Record<string, string>,
    podName: pod.metadata.name,
    starColor: image.starColor,
  };
  const settingsFile = path.join(podFolder, `${container.name}.json`);
  await writeFile(settingsFile, JSON.stringify(settings));
  const withoutRights = ["--no-new-privs", "--bounding-set=-all", "--"];
  process.start({
    program: "setpriv",
    args: [...withoutRights, globalThis.process.execPath, path.join(__dirname, `${image.service}.mjs`), settingsFile],
    namespace,
  });
}
