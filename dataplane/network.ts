import { createHash } from "node:crypto";
import { mkdir, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../cluster/interruption";
import { endProcess } from "../cluster/processes";
import { run, tryRun } from "../cluster/run";

/** Where `ip netns exec` takes the files from that a namespace sees in /etc. */
const etcFolder = "/etc/netns";

/** The addresses of a control plane's pods: a /24, as Kubernetes gives to a node. */
export interface PodRange {
  /** Its first three numbers, such as `10.244.0`. */
  readonly prefix: string;
  /** The host's own address in it: what runs on the host is reached by pods there, as a kubelet is by its node's pods. */
  readonly hostAddress: string;
}

/**
 * Reads a node's `spec.podCIDR`.
 * @param cidr such as `10.244.0.1/24`; any other size is a {@link UserError}
 */
export function podRange(cidr: string): PodRange {
  const [, prefix] = /^(\d+\.\d+\.\d+)\.\d+\/24$/.exec(cidr) ?? [];
  if (prefix === undefined) {
    throw new UserError(
      `the node's pods have the addresses ${cidr}; a /24 is wanted. An older version made this control plane: ` +
        "remove it with npm run cluster -- stop --delete, then start again.",
    );
  }
  // kwok counts from the lowest address up.
  return { prefix, hostAddress: `${prefix}.254` };
}

/** A line of a hosts file. */
export interface HostEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/**
 * Network namespaces for pods, joined by a bridge: each has the addresses that the API server gave to its pod. The bridge is
 * in a namespace of its own, the node's, so that the host's packet filter has no say in it; the host is connected by one
 * link, named like the node's namespace. Nothing in the namespaces reaches further than the host and the other pods.
 *
 * What belongs to a network is told by its name, and the system itself keeps the record: any later run finds and removes
 * it, however the one that made it ended. All of it needs root.
 */
export class PodNetwork {
  /** Name of the node's namespace and of the host's link, and what every pod's namespace begins with. */
  readonly name: string;

  /** @param owner what tells this network from all others on the machine: the folder of its control plane */
  constructor(owner: string) {
    this.name = `mt-${createHash("sha256").update(owner).digest("hex").slice(0, 8)}`;
  }

  /** Namespace of a pod. */
  namespaceOf(pod: string): string {
    return `${this.name}-${pod}`;
  }

  /** Whether the bridge is there and the host is connected to it, which is what comes last. */
  async exists(): Promise<boolean> {
    return (await links()).some(({ ifname, flags }) => ifname === this.name && flags.includes("UP"));
  }

  /** Whether a pod has its namespace. */
  async hasPod(pod: string): Promise<boolean> {
    return (await namespaces()).includes(this.namespaceOf(pod));
  }

  /** Makes the bridge and connects the host to it. Fails where the host has routes into these addresses already. */
  async create(range: PodRange): Promise<void> {
    await refuseTakenRange(range);
    await ip("netns", "add", this.name);
    await ip("link", "add", this.name, "type", "veth", "peer", "name", "host", "netns", this.name);
    await batch(this.name, [
      "link set lo up",
      "link add pods type bridge",
      "link set pods up",
      "link set host master pods",
      "link set host up",
    ]);
    await ip("addr", "add", `${range.hostAddress}/24`, "dev", this.name);
    await ip("link", "set", this.name, "up");
  }

  /**
   * Makes a pod's namespace and connects it to the bridge.
   * @param pod lower-case letters, digits, dots and dashes; unique in the network
   * @param addresses the pod's, or those of several pods that one process stands for
   */
  async addPod(pod: string, addresses: readonly string[]): Promise<void> {
    const namespace = this.namespaceOf(pod);
    const port = portOf(pod);
    await this.writeHosts(pod, []);
    await ip("netns", "add", namespace);
    await ip("-n", this.name, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    await batch(this.name, [`link set ${port} master pods`, `link set ${port} up`]);
    await batch(namespace, [
      "link set lo up",
      `link set eth0 address ${hardwareAddress(addresses[0] ?? "")}`,
      ...addresses.map((address) => `addr add ${address}/24 dev eth0`),
      "link set eth0 up",
      // Service addresses are nowhere; a packet needs a route all the same before a sidecar's rules can catch it.
      "route add default dev eth0",
    ]);
  }

  /** Says which names a pod knows. What runs there sees a change at once: the file is written in place. */
  async writeHosts(pod: string, entries: readonly HostEntry[]): Promise<void> {
    const folder = path.join(etcFolder, this.namespaceOf(pod));
    await mkdir(folder, { recursive: true });
    const lines = [{ address: "127.0.0.1", names: ["localhost"] }, ...entries].map(
      ({ address, names }) => `${address} ${names.join(" ")}\n`,
    );
    await writeFile(path.join(folder, "hosts"), lines.join(""));
    // Other names are asked for where nobody answers: refused at once instead of after a while.
    await writeFile(path.join(folder, "resolv.conf"), "nameserver 127.0.0.1\n");
  }

  /** Ends what runs in a pod's namespace and removes it. Harmless where there is none. */
  async removePod(pod: string): Promise<void> {
    await removeNamespace(this.namespaceOf(pod));
    // A namespace goes some time after its name, and its link with it: the next pod of this name cannot wait for that.
    await tryRun("ip", ["-n", this.name, "link", "delete", portOf(pod)], { uninterrupted: true });
  }

  /**
   * Ends what runs in any of the namespaces and removes all that belongs to the network, complete or not.
   * @returns whether there was anything
   */
  async remove(): Promise<boolean> {
    const isOurs = (name: string) => name === this.name || name.startsWith(`${this.name}-`);
    const entries = await Promise.all([namespaces(), readdir(etcFolder).catch(() => [])]);
    const names = [...new Set(entries.flat().filter(isOurs))];
    // A namespace goes some time after its name, and its links with it.
    const link = (await links()).some(({ ifname }) => ifname === this.name);
    if (link) await cleanUp("link", "delete", this.name);
    await Promise.all(names.map(removeNamespace));
    // Stays while somebody else's files are in it.
    await rmdir(etcFolder).catch(() => undefined);
    return link || names.length > 0;
  }
}

/** A pod's link at the bridge; a link's name has 15 characters at most. */
const portOf = (pod: string) => `v${createHash("sha256").update(pod).digest("hex").slice(0, 12)}`;

/** A pod that follows another one at its address must have this one too: others remember it for up to a minute. */
function hardwareAddress(address: string): string {
  const bytes = address.split(".").map((number) => Number(number).toString(16).padStart(2, "0"));
  // Locally administered.
  return ["02", "00", ...bytes].join(":");
}

/** Arguments that run a program in a namespace, with the files that it sees in /etc. The process becomes that program. */
export function inNamespace(namespace: string, program: string, args: readonly string[]): [string, string[]] {
  return ["ip", ["netns", "exec", namespace, program, ...args]];
}

const ip = (...args: string[]) => run("ip", args);

/** What removes something goes on after Ctrl-C: that is when it is needed. */
const cleanUp = (...args: string[]) => run("ip", args, { uninterrupted: true });

/** Several commands in one namespace. */
const batch = (namespace: string, lines: readonly string[]) =>
  run("ip", ["-n", namespace, "-batch", "-"], { input: `${lines.join("\n")}\n` });

async function namespaces(): Promise<string[]> {
  const lines = (await cleanUp("netns", "list")).split("\n").filter((line) => line !== "");
  return lines.map((line) => line.split(" ", 1)[0]!);
}

async function links(): Promise<{ ifname: string; flags: string[] }[]> {
  return JSON.parse(await cleanUp("-json", "link", "show")) as { ifname: string; flags: string[] }[];
}

async function removeNamespace(namespace: string): Promise<void> {
  if ((await namespaces()).includes(namespace)) {
    const processes = (await cleanUp("netns", "pids", namespace)).split("\n").filter((line) => line !== "");
    await Promise.all(processes.map((id) => endProcess(Number(id))));
    await cleanUp("netns", "delete", namespace);
  }
  await rm(path.join(etcFolder, namespace), { recursive: true, force: true });
}

async function refuseTakenRange({ prefix }: PodRange): Promise<void> {
  const range = `${prefix}.0/24`;
  const shown = await Promise.all(
    ["match", "root"].map((relation) => ip("-json", "route", "show", "to", relation, range)),
  );
  const routes = shown.flatMap((text) => JSON.parse(text) as { dst: string; dev?: string }[]);
  const taken = routes.find(({ dst }) => dst !== "default");
  if (taken) {
    throw new UserError(
      `the pods' addresses ${range} are in use on this machine: it has a route to ${taken.dst} by ${taken.dev ?? "?"}.\n` +
        "Use another control plane, which gets other addresses (--name), or end what made that route (ip route show).",
    );
  }
}
