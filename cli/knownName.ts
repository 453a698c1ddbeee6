import { lookup } from "node:dns/promises";
import { UserError } from "../cluster/interruption";
import { appsDomain } from "../cluster/standins/router";

/**
 * Fails at once where this machine does not know a URL's host: the names of Routes may be known in the cluster's own network
 * only, and asking again would not change that.
 *
 * @param url of Kiali or of a page
 * @param flag how to name another address
 * @throws UserError with the way out
 */
export async function requireKnownName(url: string, flag: string): Promise<void> {
  const { hostname } = new URL(url);
  try {
    await lookup(hostname.replace(/^\[(.*)\]$/, "$1"));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // Whatever else there is shows when it is asked.
    if (!["ENOTFOUND", "EAI_AGAIN"].includes(code)) return;
    throw new UserError(`this machine does not know the name ${hostname}: ${wayOut(hostname, flag)}`);
  }
}

function wayOut(hostname: string, flag: string): string {
  return hostname.endsWith(`.${appsDomain}`)
    ? "no router serves the control plane on this machine. With npm run demo:traces running, " +
        "npm run dataplane -- verify asks Kiali there"
    : `run this where the cluster's Routes are reached, or give an address that this machine reaches by ${flag}`;
}
