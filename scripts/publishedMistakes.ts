import { readFileSync } from "node:fs";
import * as path from "node:path";

/** A mistake that somebody has published, and what the pack says to it. */
export interface PublishedMistake {
  /** Name of the manifest that makes it, in `tests/fixtures/policies/published`; its first comment says what is wrong. */
  readonly name: string;
  /** Where it was published. */
  readonly source: string;
  /** The rules that find it. */
  readonly rules: readonly string[];
}

/** The folder of the manifests. */
export const publishedFolder = path.join(__dirname, "../tests/fixtures/policies/published");

const reference = "tempo-operator, ossm-tempostack";
const quickstart = "OpenShift Service Mesh, quickstart ossm3-kiali-tempo-bookinfo";
const kialiScripts = "kiali, hack/istio/tempo";
const fromScratch = "redhat-na-ssa, ossm3-from-from-scratch";
const kialiGuide = "OpenShift Service Mesh, docs/ossm/kiali";

/** What is known to have been published, by source. */
export const publishedMistakes: readonly PublishedMistake[] = [
  { name: "kiali-url-placeholder", source: `${reference}: 03-update-kiali.yaml`, rules: ["kiali-urls-real"] },
  { name: "kiali-two-writers", source: `${reference}: 03-update-kiali.yaml`, rules: ["kiali-addon-patched"] },
  { name: "kiali-addon-password", source: `${reference}: 03-update-kiali.yaml`, rules: ["kiali-addon-auth-replaced"] },
  {
    name: "sampling-everything",
    source: `${reference}: 00-install-ossm.yaml and 04-apply-telemetry-cr.yaml`,
    rules: ["sampling-within-limit"],
  },
  {
    name: "minio-for-tests",
    source: `${reference}: 01-install-minio.yaml`,
    rules: [
      "no-plain-credentials",
      "no-published-credentials",
      "storage-tls",
      "restricted-pods",
      "container-requests",
      "served-pods-probed",
    ],
  },
  { name: "minio-images", source: `${reference}: 01-install-minio.yaml`, rules: ["no-minio-in-production"] },
  {
    name: "tempo-without-gateway",
    source: `${reference}: 02-install-tempo.yaml`,
    rules: ["gateway-in-production"],
  },
  {
    name: "tempo-total-resources",
    source: `${reference}: 02-install-tempo.yaml`,
    rules: ["query-frontend-memory"],
  },
  { name: "tempo-jaeger-query", source: `${reference}: 02-install-tempo.yaml`, rules: ["tempo-without-warnings"] },
  {
    name: "injection-by-annotation",
    source: `${reference}: 05-install-bookinfo.yaml`,
    rules: ["injection-by-label", "sidecar-request-effective"],
  },
  {
    name: "outdated-api-versions",
    source: `${reference} and its variants: 04-apply-telemetry-cr.yaml, 05-install-bookinfo.yaml`,
    rules: ["api-versions-current"],
  },
  { name: "gateway-without-tls", source: `${reference}: 05-install-bookinfo.yaml`, rules: ["gateways-tls"] },
  {
    name: "verification-job",
    source: `${reference}: 07-verify-traces.yaml`,
    rules: ["tls-verified", "jobs-end"],
  },
  {
    name: "store-as-member",
    source: `${reference} and its variant with a collector: 00-install-ossm.yaml`,
    rules: ["store-outside-mesh"],
  },
  { name: "sail-v1alpha1", source: quickstart, rules: ["api-versions-served"] },
  {
    name: "sampling-in-provider",
    source: `${quickstart}; sail-operator, docs/addons/observability.adoc`,
    rules: ["sampling-in-tracing-entry"],
  },
  { name: "ui-plugin-group", source: kialiScripts, rules: ["api-versions-served"] },
  {
    name: "gateway-and-receiver-tls",
    source: `${kialiScripts}: tempostack-multi-tenant-tls.yaml`,
    rules: ["tempostack-accepted"],
  },
  { name: "readers-everyone", source: kialiScripts, rules: ["tenants-not-for-everyone"] },
  { name: "cluster-scoped-in-namespace", source: fromScratch, rules: ["cluster-scoped-without-namespace"] },
  { name: "mtls-exemption-elsewhere", source: fromScratch, rules: ["store-reachable-under-mtls"] },
  { name: "kiali-tracing-off", source: fromScratch, rules: ["kiali-shows-traces"] },
  { name: "istio-values", source: "sail-operator, chart/samples/gwControllerMode.yaml", rules: ["istio-accepted"] },
  {
    name: "wrong-namespace-labelled",
    source: "openshift-docs, modules/ossm-config-otel.adoc",
    rules: ["injected-namespace-has-pods"],
  },
  { name: "kiali-tracing-empty", source: `${kialiGuide}/README.md`, rules: ["kiali-settings-in-place"] },
  { name: "kiali-spec-empty", source: `${kialiGuide}/README.md`, rules: ["kiali-settings-in-place"] },
];

/** The manifest of a mistake, as it is written. */
export function publishedManifest({ name }: PublishedMistake): string {
  return readFileSync(path.join(publishedFolder, `${name}.yaml`), "utf8");
}
