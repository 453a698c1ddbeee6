// @ts-check
// Asks Kiali for the traces that the traffic started, by their ids, and for traces of the entry service, over TLS that
// is verified with the cluster's service CA. Runs as a job's only process; its last word is the pod's termination
// message.
import { readFileSync, writeFileSync } from "node:fs";
import { conclusion } from "./conclusion.mjs";
import { KialiApi } from "./kialiApi.mjs";
import { verify } from "./verification.mjs";

/** @typedef {import("../verification.js").VerificationSettings} VerificationSettings */

const account = "/var/run/secrets/kubernetes.io/serviceaccount";

/** @returns {Promise<[message: string, code: number]>} */
async function main() {
  /** @type {VerificationSettings} */
  const settings = JSON.parse(process.env.VERIFICATION_SETTINGS ?? "");
  const kiali = new KialiApi(settings.kialiUrl, {
    ca: readFileSync(process.env.SERVICE_CA_FILE ?? ""),
    token: readFileSync(process.env.TOKEN_FILE ?? `${account}/token`, "utf8").trim(),
  });
  const verification = await verify(settings, kiali, console.log);
  const message = conclusion(verification, settings);
  return [message, verification.passed ? 0 : 1];
}

main()
  .catch((error) => /** @type {const} */ ([error.message, 1]))
  .then(([message, code]) => {
    console.log(message);
    writeFileSync(process.env.TERMINATION_LOG ?? "/dev/termination-log", message);
    process.exit(code);
  });
