import path from "node:path";
import { ensureTools } from "../cluster/toolchain/build";
import { dataPlaneTools, testTools } from "../cluster/toolchain/tools";
import { prepareToolset, type Toolset } from "../cluster/toolset";
import { ensureWheel } from "./mesh/envoy";
import type { ProxyFiles } from "./mesh/proxyFiles";

/** The programs that the data plane runs. */
export interface Programs {
  /** Those of the control plane, kubectl among them. */
  readonly toolset: Toolset;
  /** Absolute path of a tool of the data plane, or of MinIO's. */
  readonly program: (name: string) => string;
  /** What the proxy's image would hold. */
  readonly proxy: ProxyFiles;
}

/** Makes them available: built once from pinned modules, Envoy fetched once. */
export async function preparePrograms(): Promise<Programs> {
  const toolset = await prepareToolset();
  const tools = await ensureTools([...dataPlaneTools, ...testTools]);
  const program = (name: string) => {
    const located = tools.get(name);
    if (!located) throw new Error(`${name} is no tool of the data plane`);
    return located.file;
  };
  const agent = program("pilot-agent");
  const bootstrapTemplate = path.join(path.dirname(agent), "envoy_bootstrap.json");
  return { toolset, program, proxy: { agent, envoy: await ensureWheel(), bootstrapTemplate } };
}
