import pc from "picocolors";
import { start } from "./controlPlane";
import { asProcessEnvironment, pulumiEnvironment } from "./environment";
import { defaultName, type ControlPlaneFolder } from "./folder";
import { interrupted } from "./interruption";
import { Kubectl } from "./kubectl";
import { projectFolder } from "./paths";
import { heading, say, step } from "./progress";
import { run, runAttached } from "./run";
import { prepareToolset } from "./toolset";

const stack = "dev";

/** What is read of a custom resource's status. */
interface Condition {
  readonly type: string;
  readonly status: string;
}
interface DeployedObject {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly readiness?: { readonly components?: { readonly ready?: readonly string[] } };
    readonly configuredMembers?: readonly string[];
    readonly replicas?: number;
    readonly availableReplicas?: number;
  };
}

/** What an operator says of its resource, in the words a user looks for. */
function stateOf({ kind, status }: DeployedObject): string {
  const holds = (type: string) =>
    status?.conditions?.some((one) => one.type === type && one.status === "True") ?? false;
  switch (kind) {
    case "ServiceMeshControlPlane":
      return `${holds("Ready") ? "Ready" : "not ready"}: ${(status?.readiness?.components?.ready ?? []).join(", ")}`;
    case "ServiceMeshMemberRoll":
      return `${holds("Ready") ? "Ready" : "not ready"}: ${(status?.configuredMembers ?? []).join(", ")}`;
    case "Kiali":
      return holds("Successful") ? "Successful" : "not reconciled";
    case "Deployment":
      return `${status?.availableReplicas ?? 0} of ${status?.replicas ?? 0} available`;
    default:
      return holds("Ready") ? "Ready" : "not ready";
  }
}

async function printStates(kubectl: Kubectl): Promise<void> {
  const kinds = "servicemeshcontrolplanes,servicemeshmemberrolls,tempostacks,kialis";
  const operated = await kubectl.run(["get", kinds, "-A", "-o", "json"]);
  const application = await kubectl.run(["get", "deployments", "-n", "bookinfo", "-o", "json"]);
  const objects = [operated, application].flatMap((text) => (JSON.parse(text) as { items: DeployedObject[] }).items);
  const rows = objects.map((object) => [
    object.kind,
    `${object.metadata.namespace}/${object.metadata.name}`,
    stateOf(object),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [kind = "", name = "", state] of rows) {
    console.log(`  ${kind.padEnd(widths[0] ?? 0)}  ${name.padEnd(widths[1] ?? 0)}  ${state}`);
  }
}

/**
 * Deploys the dev stack, with the policy pack enforced, onto the demo's control plane, and shows what stands there then.
 * @param command what a user types to try again
 * @returns where it stands, or the exit code where the update failed; that has been explained then
 */
export async function deployDemo(command: string): Promise<ControlPlaneFolder | number> {
  heading(`Embedded control plane "${defaultName}"`);
  const folder = await start(defaultName);
  const toolset = await prepareToolset();
  const env = asProcessEnvironment(await pulumiEnvironment(folder, toolset));
  const options = { cwd: projectFolder, env };

  heading("Policy pack");
  await step("npm run build -w policies", () => run("npm", ["run", "build", "-w", "policies"], options));

  heading(`pulumi up --stack ${stack} --policy-pack policies`);
  await run("pulumi", ["stack", "select", "--create", stack], options);
  // With the preview: rules that look across resources can stop an update only there, before anything is created.
  const up = ["up", "--stack", stack, "--policy-pack", "policies", "--yes"];
  const code = await runAttached("pulumi", up, options);
  if (code !== 0) {
    say(
      `\npulumi up ${interrupted.aborted ? "was interrupted" : `ended with exit code ${code}`}. The control plane still runs:\n` +
        `  ${command.padEnd(39)} go on from here\n` +
        '  eval "$(npm run -s cluster -- env)"     then look with kubectl, or run pulumi up yourself\n' +
        "  npm run cluster -- logs                 what API server and operators say\n" +
        "  npm run cluster -- stop --delete        end it, and begin with nothing next time",
    );
    return interrupted.aborted ? 130 : code;
  }

  const colour = pc.createColors(Boolean(process.stdout.isTTY) && pc.isColorSupported);
  console.log(colour.bold("\nWhat stands there now"));
  await printStates(new Kubectl(toolset, folder));
  console.log(colour.bold("\nStack outputs"));
  const outputs = JSON.parse(await run("pulumi", ["stack", "output", "--json", "--stack", stack], options)) as object;
  for (const [name, value] of Object.entries(outputs)) {
    console.log(`  ${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
  }
  return folder;
}
