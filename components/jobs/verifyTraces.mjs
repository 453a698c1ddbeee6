// @ts-check
// Asks Kiali for the traces that the traffic started, by their ids, and for traces of the entry service, over TLS that
// is verified with the cluster's service CA. Where they are missing it looks for the reason in the cluster's objects, as far
// as its account may. Runs as a job's only process; its last word is the pod's termination message.
import { readFileSync, writeFileSync } from "node:fs";
import { conclusion } from "./conclusion.mjs";
import { inCluster } from "./inCluster.mjs";
import { KialiApi } from "./kialiApi.mjs";
import { chainConclusion, checkChain } from "./tracingChain.mjs";
import { verify } from "./verification.mjs";

/** @typedef {import("../tracingChain.js").ChainSettings} ChainSettings */
/** @typedef {import("../verification.js").VerificationSettings} VerificationSettings */

/** Where Kubernetes puts a ServiceAccount's token. */
const account = process.env.ACCOUNT_FOLDER ?? "/var/run/secrets/kubernetes.io/serviceaccount";
/** How long the look for the reason may take, in milliseconds; the job is ended a minute after its time is over. */
const chainMs = 20_000;
/** How long Kiali may take to tell its settings, in milliseconds. */
const kialiMs = 2_000;
/** Kubernetes cuts a longer termination message off. */
const longestMessage = 4_000;

/** @returns {Promise<[message: string, code: number]>} */
async function main() {
  /** @type {VerificationSettings & { chain: ChainSettings }} */
  const settings = JSON.parse(process.env.VERIFICATION_SETTINGS ?? "");
  const kiali = new KialiApi(settings.kialiUrl, {
    ca: readFileSync(process.env.SERVICE_CA_FILE ?? ""),
    token: readFileSync(`${account}/token`, "utf8").trim(),
  });
  const verification = await verify(settings, kiali, console.log);
  const message = conclusion(verification, settings);
  if (verification.passed) {
    return [message, 0];
  }
  const deadline = Date.now() + chainMs;
  const links = await checkChain({
    ...settings.chain,
    cluster: inCluster(account, deadline),
    kialiTracing: () => kiali.tracingInfo(Date.now() + kialiMs),
  });
  links.forEach(({ title, state, found }) => console.log(`${title}: ${state}: ${found}`));
  return [`${message} ${chainConclusion(links)}`.slice(0, longestMessage), 1];
}

main()
  .catch((error) => /** @type {const} */ ([error.message, 1]))
  .then(([message, code]) => {
    console.log(message);
    writeFileSync(process.env.TERMINATION_LOG ?? "/dev/termination-log", message);
    process.exit(code);
  });
