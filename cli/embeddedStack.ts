import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { asProcessEnvironment, pulumiEnvironment } from "../cluster/environment";
import type { ControlPlaneFolder } from "../cluster/folder";
import { contextName } from "../cluster/folder";
import { Kubectl } from "../cluster/kubectl";
import { run, tryRun } from "../cluster/run";
import type { RunOptions, RunResult } from "../cluster/run";
import { prepareToolset } from "../cluster/toolset";

/** The parts of a stack file that this module reads. */
interface StackFile {
  config?: Record<string, unknown>;
}

/**
 * Turns a stack file into one for an embedded control plane: the cluster is that one, whatever cluster the stack is
 * meant for, and what protects the stack's secrets is left out, since the local state has a passphrase of its own.
 *
 * @param text content of `Pulumi.<stack>.yaml`
 * @param config keys to set on top, without the project's prefix
 */
export function forEmbeddedCluster(text: string, config: Readonly<Record<string, unknown>> = {}): string {
  const file = (parse(text) ?? {}) as StackFile;
  const values = { ...config, cluster: { context: contextName } };
  const changed = Object.fromEntries(Object.entries(values).map(([key, value]) => [`mesh-tracing:${key}`, value]));
  return stringify({ config: { ...file.config, ...changed } });
}

/** Namespaces that a stack file says exist already. */
export function adoptedNamespaces(text: string): string[] {
  const { config } = (parse(text) ?? {}) as StackFile;
  return (config?.["mesh-tracing:namespaces"] as { adopt?: string[] } | undefined)?.adopt ?? [];
}

/**
 * One stack on an embedded control plane. Its stack file is a copy in the control plane's folder, so neither the
 * project's files nor any other state are touched.
 */
export class EmbeddedStack {
  private constructor(
    /** Name of the stack. */
    readonly name: string,
    /** Folder of the Pulumi program. */
    private readonly program: string,
    private readonly file: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /**
   * Prepares a stack; what it says exists on its cluster is made.
   *
   * @param folder a control plane that runs
   * @param program folder of the program, with `Pulumi.yaml` and `Pulumi.<stack>.yaml`
   * @param config keys to set on top of the stack file, without the project's prefix
   */
  static async prepare(
    folder: ControlPlaneFolder,
    program: string,
    name: string,
    config?: Readonly<Record<string, unknown>>,
  ): Promise<EmbeddedStack> {
    const toolset = await prepareToolset();
    const environment = asProcessEnvironment(await pulumiEnvironment(folder, toolset));
    const text = await readFile(path.join(program, `Pulumi.${name}.yaml`), "utf8");
    const { name: project } = parse(await readFile(path.join(program, "Pulumi.yaml"), "utf8")) as { name: string };
    const copies = path.join(folder.root, "stack-files", project);
    await mkdir(copies, { recursive: true });
    await writeFile(path.join(copies, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
    const file = path.join(copies, `Pulumi.${name}.yaml`);
    await writeFile(file, forEmbeddedCluster(text, config));
    const namespaces = adoptedNamespaces(text).map((adopted) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: adopted },
    }));
    if (namespaces.length > 0) {
      const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: namespaces });
      await new Kubectl(toolset, folder).apply(["-f", "-"], list);
    }
    // `stack init` writes beside the Pulumi.yaml that it finds, hence not in the program's folder.
    await run("pulumi", ["stack", "select", "--create", name], { cwd: copies, env: environment });
    return new EmbeddedStack(name, program, file, environment);
  }

  /** Runs a `pulumi` command that reads the stack's file (preview, up, destroy, …), whatever its exit code. */
  async pulumi(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return tryRun("pulumi", [...args, "--stack", this.name, "--config-file", this.file, "--color", "never"], {
      cwd: this.program,
      ...options,
      env: { ...this.environment, ...options.env },
    });
  }

  /** The stack's state as JSON, with its secrets in plain text: for the caller's memory only. */
  async exportState(): Promise<string> {
    const args = ["stack", "export", "--show-secrets", "--stack", this.name];
    return run("pulumi", args, { cwd: this.program, env: this.environment });
  }
}
