import { UserError } from "../cluster/interruption";
import { projectFolder } from "../cluster/paths";
import { tryRun } from "../cluster/run";

/** The stack outputs that the commands read. */
export interface StackOutputs {
  /** URL of Kiali outside the cluster. */
  readonly kialiUrl?: string;
  /** URL of productpage outside the cluster; only stacks with Bookinfo have it. */
  readonly productpageUrl?: string;
}

/**
 * Reads a stack's outputs with the pulumi on PATH, in the backend that it is logged in to.
 *
 * @throws UserError where there is no pulumi, or no such stack
 */
export async function stackOutputs(stack: string): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive"];
  const { code, stdout, stderr } = await tryRun("pulumi", args, { cwd: projectFolder }).catch((error: Error) => {
    throw new UserError(`the outputs of stack ${stack} cannot be read: ${error.message}; name --kiali-url instead`);
  });
  if (code !== 0) {
    throw new UserError(`the outputs of stack ${stack} cannot be read: ${stderr.trim()}`);
  }
  return JSON.parse(stdout) as StackOutputs;
}
