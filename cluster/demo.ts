import { parseArgs } from "node:util";
import pc from "picocolors";
import { deployDemo } from "./deployDemo";
import { runCommand } from "./interruption";
import { formatSeconds, say } from "./progress";

const usage = `Usage: npm run demo

Deploys the dev stack, with the policy pack enforced, onto an embedded control plane on this machine: a real API server, the
real tempo-operator, and stand-ins for the operators of OpenShift Service Mesh and Kiali. Needs no cluster and no containers.
The first run builds the tools (npm run cluster -- tools); later ones start in seconds.
`;

async function main(): Promise<number | void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h", default: false } } });
  if (values.help) return void process.stdout.write(usage);

  const started = Date.now();
  const deployed = await deployDemo("npm run demo");
  if (typeof deployed === "number") return deployed;
  const colour = pc.createColors(Boolean(process.stdout.isTTY) && pc.isColorSupported);
  console.log(`
${colour.bold("What it is worth")}
  API server, admission, tempo-operator, Pulumi engine and policies are real; the other operators are stand-ins
  (cluster/README.md says what they play). Pods and Jobs are simulated: the traffic and verification Jobs complete without
  having sent or checked anything, and the URLs lead nowhere.

${colour.bold("What to look at next")}
  eval "$(npm run -s cluster -- env)"                 kubectl and pulumi on this control plane, in this shell
  kubectl get smcp,smmr,tempostack,kiali,route -A
  pulumi preview --policy-pack policies               no changes; edit Pulumi.dev.yaml (sampling, members) and look again
  npm run cluster -- status                           its processes
  npm run cluster -- stop                             end it (its data stays for the next demo; --delete removes that too)`);
  say(`\nDone in ${formatSeconds((Date.now() - started) / 1000)}.`);
}

runCommand(main);
