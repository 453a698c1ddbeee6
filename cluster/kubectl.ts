import type { ControlPlaneFolder } from "./folder";
import { run } from "./run";
import type { Toolset } from "./toolset";

/** Field manager of what the control plane itself sets up. */
const fieldManager = "mesh-tracing-cluster";

/** kubectl, speaking to one control plane as its administrator. */
export class Kubectl {
  constructor(
    private readonly toolset: Toolset,
    private readonly folder: ControlPlaneFolder,
  ) {}

  /** Runs kubectl and returns what it prints; its failure is a RunError with its words. */
  run(args: readonly string[], input?: string): Promise<string> {
    const { kubeconfig, kubectlCache } = this.folder;
    const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: kubectlCache };
    return run(this.toolset.program("kubectl"), args, { env, input });
  }

  /**
   * Applies objects on the server's side: several CustomResourceDefinitions are larger than the annotation that a
   * client-side apply writes may be.
   * @param source `-f` or `-k` and a path, or `-f -` with `input`
   */
  apply(source: readonly string[], input?: string, extra: readonly string[] = []): Promise<string> {
    const flags = ["--server-side", "--force-conflicts", `--field-manager=${fieldManager}`, "--validate=false"];
    return this.run(["apply", ...flags, ...extra, ...source], input);
  }
}
