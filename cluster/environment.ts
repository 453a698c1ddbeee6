import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "./folder";
import { cacheFolder } from "./paths";
import type { Toolset } from "./toolset";

/**
 * Passphrase of the local state's secrets. It is public: what it protects is generated for a cluster of simulated pods and
 * goes when that is deleted. A stack that matters has a secrets provider or a passphrase of its own.
 */
const passphrase = "mesh-tracing-embedded";

/** What `npm run -s cluster -- env` prints and every program run against a control plane gets. */
export interface PulumiEnvironment {
  /** Folders to put before those of PATH: the tools, and Node where the set-up brought its own. */
  readonly path: readonly string[];
  /** The other variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Quotes a text for a POSIX shell. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Makes a `pulumi` for this control plane that leaves the project's files as they are; see pulumi.mjs.
 * @returns the folder it is in
 */
async function writePulumiCommand(folder: ControlPlaneFolder, toolset: Toolset): Promise<string> {
  await mkdir(folder.temporary, { recursive: true });
  const words = [process.execPath, path.join(__dirname, "pulumi.mjs"), toolset.program("pulumi")].map(quote);
  const bin = path.join(folder.root, "bin");
  await mkdir(bin, { recursive: true });
  // The Kubernetes provider leaves copies of the kubeconfig in the temporary folder.
  const script = `#!/bin/sh\nTMPDIR=${quote(folder.temporary)} exec ${words.join(" ")} "$@"\n`;
  await writeFile(path.join(bin, "pulumi"), script, { mode: 0o755 });
  return bin;
}

/** Prepares and describes an environment in which kubectl and Pulumi work on a control plane and write to its folder only. */
export async function pulumiEnvironment(folder: ControlPlaneFolder, toolset: Toolset): Promise<PulumiEnvironment> {
  await mkdir(folder.pulumiState, { recursive: true });
  await toolset.layOutPlugins(folder.pulumiHome);
  const bin = await writePulumiCommand(folder, toolset);
  const nodeFolder = path.dirname(process.execPath);
  return {
    path: nodeFolder.startsWith(cacheFolder) ? [bin, toolset.bin, nodeFolder] : [bin, toolset.bin],
    variables: {
      KUBECONFIG: folder.kubeconfig,
      KUBECACHEDIR: folder.kubectlCache,
      PULUMI_HOME: folder.pulumiHome,
      PULUMI_BACKEND_URL: `file://${folder.pulumiState}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // All plugins are laid out; where one is missing, saying so is better than a download that may not be possible.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
  };
}

/** That environment on top of this process's own. */
export function asProcessEnvironment(environment: PulumiEnvironment): NodeJS.ProcessEnv {
  // Program and policy pack keep what Node.js compiled each for itself. In one folder, which bootstrap.mjs would name them,
  // they overwrite each other's: the SDK changes V8's flags while it loads, and a file holds for the flags of its time.
  const { NODE_COMPILE_CACHE: _, ...own } = process.env;
  const folders = [...environment.path, process.env.PATH ?? ""];
  return { ...own, ...environment.variables, PATH: folders.join(path.delimiter) };
}

/** That environment as lines for a POSIX shell's `eval`. */
export function asShellExports(environment: PulumiEnvironment): string {
  const folders = environment.path.map(quote).join(":");
  const lines = Object.entries(environment.variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [`export PATH=${folders}:"$PATH"`, ...lines].join("\n");
}
