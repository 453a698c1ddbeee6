/**
 * The process of all stand-ins. Reads KUBECONFIG (a cluster with the CRDs of cluster/crds), MESH_TRACING_STANDINS_DIR (its
 * state folder) and MESH_TRACING_WEBHOOK_PORT (a free port of 127.0.0.1); writes the file `ready` into the folder when all
 * of them run; logs to stdout; ends on SIGTERM.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "./admission";
import { ApiServer } from "./apiServer";
import { authority } from "./certificates";
import { ControlLoop } from "./controlLoop";
import { kialiOperator } from "./kiali/operator";
import { readKubeconfig } from "./kubeconfig";
import { kubelet } from "./kubelet";
import { controlPlanes } from "./maistra/controlPlane";
import { members } from "./maistra/member";
import { memberRolls } from "./maistra/memberRoll";
import { maistraWebhooks } from "./maistra/webhooks";
import { rootCertificates } from "./rootCertificate";
import { allocateHost, router } from "./router";
import { serviceCa } from "./serviceCa";
import { injectSidecar } from "./sidecarInjector";
import { volumes } from "./volumes";
import { injectorPath, registerWebhooks, reviewAccess } from "./webhookConfigurations";

async function main(): Promise<void> {
  const folder = required("MESH_TRACING_STANDINS_DIR");
  const port = Number(required("MESH_TRACING_WEBHOOK_PORT"));
  const ready = join(folder, "ready");
  mkdirSync(folder, { recursive: true });
  rmSync(ready, { force: true });

  const api = new ApiServer(readKubeconfig(required("KUBECONFIG")));
  const ca = await authority(folder);
  const caBundle = Buffer.from(ca.cert).toString("base64");
  const endpoint = (path: string): { url: string; caBundle: string } => ({
    url: `https://127.0.0.1:${port}${path}`,
    caBundle,
  });

  const injector = endpoint(injectorPath);
  const mesh = await authority(folder, "mesh-ca", "cluster.local");
  const controllers = [
    controlPlanes(injector),
    memberRolls,
    members,
    rootCertificates(mesh),
    kialiOperator,
    router,
    serviceCa(ca),
    volumes,
    kubelet,
  ];
  const loop = new ControlLoop(api, controllers);
  const view = loop.view.bind(loop);
  const webhooks = {
    ...maistraWebhooks(view, reviewAccess(api)),
    "/allocate-route-host": allocateHost,
    [injectorPath]: injectSidecar(view),
  };
  const server = await serve(webhooks, port, await ca.issue(["localhost"], ["127.0.0.1"]));
  await registerWebhooks(api, endpoint);
  await loop.start();
  writeFileSync(ready, "");
  console.log(`stand-ins run, webhooks on 127.0.0.1:${port}`);

  const stop = (): void => {
    rmSync(ready, { force: true });
    loop.stop();
    server.close();
    server.closeAllConnections();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
