import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { generate } from "selfsigned";
import { stringify } from "yaml";
import type { ControlPlaneFolder } from "./folder";
import type { Kubectl } from "./kubectl";
import { moduleManifests } from "./moduleManifests";
import type { Ports } from "./ports";
import { DetachedProcess } from "./processes";
import type { Toolset } from "./toolset";

/** Namespace that OLM would have installed the operator into; it asks for one. */
const operatorNamespace = "openshift-tempo-operator";

/** Images that the operator writes into the pods it makes: those of its release 0.20.0. Nothing pulls them here. */
const images = {
  RELATED_IMAGE_TEMPO: "docker.io/grafana/tempo:2.10.0",
  RELATED_IMAGE_TEMPO_QUERY: "docker.io/grafana/tempo-query:2.10.0",
  RELATED_IMAGE_JAEGER_QUERY: "docker.io/jaegertracing/jaeger-query:1.68.0",
  RELATED_IMAGE_TEMPO_GATEWAY: "quay.io/observatorium/api:main-2025-08-25-7489eb0",
  RELATED_IMAGE_TEMPO_GATEWAY_OPA: "quay.io/observatorium/opa-openshift:main-2025-06-16-ecdeca0",
  RELATED_IMAGE_OAUTH_PROXY: "quay.io/openshift/origin-oauth-proxy:4.14",
};

/** The folder in which controller-runtime looks for a webhook's certificate, below the temporary folder. */
const certificateFolder = (folder: ControlPlaneFolder) =>
  path.join(folder.tempoOperator, "tmp", "k8s-webhook-server", "serving-certs");

/** The process of the real tempo-operator. */
export function tempoOperatorProcess(folder: ControlPlaneFolder): DetachedProcess {
  return new DetachedProcess(path.join(folder.pids, "tempo-operator.pid"), folder.root);
}

/** Makes a certificate for the webhook's loopback address and puts it where the operator looks for it. */
async function writeCertificate(folder: ControlPlaneFolder): Promise<void> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "tempo-operator" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 10 * 365 * 24 * 3600 * 1000),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  await mkdir(certificateFolder(folder), { recursive: true });
  await writeFile(path.join(certificateFolder(folder), "tls.crt"), cert);
  await writeFile(path.join(certificateFolder(folder), "tls.key"), key, { mode: 0o600 });
}

/**
 * Starts the operator as a process beside the API server. Its CustomResourceDefinitions must be Established and its
 * namespace must exist, else it ends.
 */
export async function startTempoOperator(folder: ControlPlaneFolder, ports: Ports, toolset: Toolset): Promise<void> {
  await writeCertificate(folder);
  const config = path.join(folder.tempoOperator, "config.yaml");
  const settings = {
    apiVersion: "config.tempo.grafana.com/v1alpha1",
    kind: "ProjectConfig",
    health: { healthProbeBindAddress: `127.0.0.1:${ports.tempoOperatorHealth}` },
    metrics: { bindAddress: `127.0.0.1:${ports.tempoOperatorMetrics}` },
    // The one listener here that is open to other machines: the operator knows no address for it.
    webhook: { port: ports.tempoOperatorWebhook },
    leaderElection: { leaderElect: false },
  };
  await writeFile(config, stringify(settings));
  tempoOperatorProcess(folder).start(toolset.program("tempo-operator"), ["start", "--config", config], {
    env: {
      ...process.env,
      ...images,
      KUBECONFIG: folder.kubeconfig,
      TMPDIR: path.join(folder.tempoOperator, "tmp"),
      DISTRIBUTION: "openshift",
      FEATURE_GATES: "openshift.route,openshift.servingCertsService",
      OPERATOR_NAMESPACE: operatorNamespace,
    },
    log: path.join(folder.logs, "tempo-operator.log"),
  });
}

/** A webhook's place as the operator's module has it: a Service, which has no addresses here. */
interface WebhookConfiguration {
  metadata: { name: string };
  webhooks: { clientConfig: { service?: { path: string }; url?: string; caBundle?: string } }[];
}

/**
 * Registers the operator's admission webhooks at its loopback address. Without the mutating one it panics over a
 * TempoStack that leaves out what has a default.
 */
export async function registerTempoOperatorWebhooks(
  folder: ControlPlaneFolder,
  ports: Ports,
  kubectl: Kubectl,
): Promise<void> {
  const certificate = await readFile(path.join(certificateFolder(folder), "tls.crt"));
  const { tempoOperatorWebhooks } = await moduleManifests();
  const list = JSON.parse(await readFile(tempoOperatorWebhooks, "utf8")) as { items: WebhookConfiguration[] };
  for (const configuration of list.items) {
    configuration.metadata.name = `tempo-operator-${configuration.metadata.name}`;
    for (const webhook of configuration.webhooks) {
      const servicePath = webhook.clientConfig.service?.path ?? "/";
      webhook.clientConfig = {
        url: `https://127.0.0.1:${ports.tempoOperatorWebhook}${servicePath}`,
        caBundle: certificate.toString("base64"),
      };
    }
  }
  await kubectl.apply(["-f", "-"], JSON.stringify(list));
}
