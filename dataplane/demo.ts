import path from "node:path";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { deployDemo } from "../cluster/deployDemo";
import { controlPlaneFolder, defaultName } from "../cluster/folder";
import { runCommand } from "../cluster/interruption";
import { formatSeconds, heading, say, step } from "../cluster/progress";
import { tryRun } from "../cluster/run";
import { orStop, startDataPlane } from "./dataPlane";
import { requireHost } from "./hostRequirements";
import { dataPlaneFolder } from "./process";
import { prove } from "./proof";
import { traceCommand } from "./traceCommand";

const usage = `Usage: npm run demo:traces

What npm run demo does, and then its pods for real: MinIO, Tempo, Kiali, istiod, a proxy and a Bookinfo service for each pod of the
mesh, as processes in network namespaces of their own, configured by what was deployed. The deployed traffic and verification
jobs run against them, and the traces become a page to look at. Needs Linux and root; the first run builds further tools.
docs/traces.md says what differs from a cluster.
`;

/** Writes what Kiali shows as a page. @returns where it is, or why there is none */
async function writeReport(): Promise<string> {
  const file = path.join(dataPlaneFolder(controlPlaneFolder(defaultName)), "report.html");
  const { program, args, env } = await traceCommand(defaultName, "report", [file, "--timeout", "10"]);
  const { code, stderr } = await tryRun(program, args, { env });
  return code === 0 ? file : `none: ${stderr.trim()}`;
}

async function main(): Promise<number | void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h", default: false } } });
  if (values.help) return void process.stdout.write(usage);

  const started = Date.now();
  await requireHost();
  const deployed = await deployDemo("npm run demo:traces");
  if (typeof deployed === "number") return deployed;

  const begun = Date.now();
  heading("Data plane");
  await startDataPlane(defaultName);
  say(`  all of it ready in ${formatSeconds((Date.now() - begun) / 1000)}`);
  heading("Proof");
  const { proofs, report } = await orStop(defaultName, async () => ({
    proofs: await prove(defaultName),
    report: await step("a report on the traces", writeReport),
  }));

  const colour = pc.createColors(Boolean(process.stdout.isTTY) && pc.isColorSupported);
  console.log(colour.bold("\nWhat the deployed jobs found"));
  for (const { name, code, output, termination } of proofs) {
    console.log(`  ${name}: ${code === 0 ? termination : `exit code ${code}\n${output}`}`);
  }
  console.log(`  as a page, with the service graph and each trace: ${report}

${colour.bold("What it is worth")}
  The spans were sent by Envoy because istiod told it to, because of the deployed Telemetry and control plane; they went through
  the deployed Tempo into the deployed MinIO, and Kiali found them. docs/traces.md says what differs from a cluster.

${colour.bold("What to look at next")}
  npm run dataplane -- status                         its processes
  npm run dataplane -- prove                          the traffic again, and whether its traces are found
  npm run dataplane -- verify -- --send 10            the same by npx mesh-tracing verify, with all its options
  npm run dataplane -- report                         a new report
  kubectl delete telemetry mesh-default -n istio-system
                                                      then prove again: requests are answered, and no trace is found
                                                      (pulumi up --refresh brings it back)
  eval "$(npm run -s cluster -- env)"                 kubectl and pulumi on this control plane, in this shell
  npm run dataplane -- start                          after each pulumi up: makes the data plane what is deployed now
  npm run dataplane -- stop                           end it; npm run cluster -- stop ends everything`);
  say(`\nDone in ${formatSeconds((Date.now() - started) / 1000)}.`);
  return proofs.every(({ code }) => code === 0) ? 0 : 1;
}

runCommand(main);
