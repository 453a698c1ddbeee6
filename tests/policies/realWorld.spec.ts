import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judgeObjects } from "../../policies/audit/judge";
import { readManifest } from "../../policies/audit/manifests";
import { defaultEnvironment } from "../../policies/audit/usage";
import { packSettings } from "../../policies/pack/packConfig";
import { rules } from "../../policies/rules";

const folder = join(__dirname, "../fixtures/policies/realWorld");

/** Rules that advise what most published manifests leave to whoever deploys them, and why they are right. */
const usualAdvice = {
  "images-pinned": "the images are named by a tag",
  "ownership-labels": "labels of another kind say what the objects belong to",
  "restricted-namespaces": "the namespaces leave the level of their pods to the cluster",
  "container-requests": "the containers say nothing of what they need",
  "served-pods-probed": "the pods have no probe",
} as const;

/** What else the rules say of each set, and why that is right; an empty one passes as a whole. */
const verdicts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reference: {
    ...usualAdvice,
    "sampling-within-limit": "everything is traced, and the set is judged for production",
    "no-plain-credentials": "MinIO's password stands in its environment",
    "no-published-credentials": "the password is the one of many samples",
    "kiali-addon-auth-replaced": "the basic authentication of the addon's Jaeger stays",
    "kiali-addon-patched": "the addon has a Kiali of the same name",
    "kiali-urls-real": "the URL is a text to be replaced",
    "injection-by-label": "sidecars are asked for by annotation",
    "gateways-tls": "the gateway has no TLS",
    "tls-verified": "the Job calls curl -k",
    "jobs-end": "nothing ends the Job",
    "data-protected": "the volume and the TempoStack go with the next rename",
    "store-network-policy": "everyone reaches MinIO",
    "no-minio-in-production": "it is MinIO",
    "restricted-pods": "there is no security context",
    "storage-tls": "MinIO speaks plain HTTP",
    "receivers-tls": "the Zipkin receiver speaks plain HTTP",
    "query-frontend-memory": "the total leaves it 76 MiB",
    "gateway-in-production": "there is no gateway",
  },
  "ossm3-tempo-gateway": { "restricted-namespaces": usualAdvice["restricted-namespaces"] },
  "ossm3-quickstart": {
    "restricted-namespaces": usualAdvice["restricted-namespaces"],
    "ownership-labels": usualAdvice["ownership-labels"],
    "data-protected": "nothing keeps the TempoStack",
    "gateway-in-production": "there is no gateway",
    "receivers-tls": "the receivers speak plain gRPC",
  },
  "ossm2-collector": {},
  migration: {},
  ambient: { "restricted-namespaces": usualAdvice["restricted-namespaces"] },
  "gateway-api": {},
  bookinfo: {
    ...usualAdvice,
    "restricted-pods": "there is no security context",
    "gateways-tls": "the gateway has no TLS",
  },
  "istio-helm": {
    "images-pinned": usualAdvice["images-pinned"],
    "ownership-labels": usualAdvice["ownership-labels"],
    "no-wide-roles": "istiod reads every kind of Istio's and every Secret",
    "restricted-pods": "the gateway has no seccomp profile",
  },
  "tempo-monolithic": { "store-network-policy": "its operator makes no NetworkPolicies for this kind" },
  "tempo-helm": {},
  "kube-prometheus": {
    "images-pinned": usualAdvice["images-pinned"],
    "served-pods-probed": usualAdvice["served-pods-probed"],
    "tls-verified": "the scrape takes any certificate",
    "no-wide-roles": "the operator may do everything with Secrets",
    "restricted-pods": "the node exporter reads what belongs to the node",
  },
  "cert-manager": {
    "images-pinned": usualAdvice["images-pinned"],
    "container-requests": usualAdvice["container-requests"],
  },
  "argo-cd": {},
  "helm-web-application": {},
  "database-and-external-secrets": {},
  "secret-references": {},
  knative: {},
  operators: {},
};

describe("manifests of the real world", () => {
  it("has a verdict on each set, and on no other", () => {
    const files = Object.keys(verdicts).map((name) => `${name}.yaml`);
    assert.deepEqual(readdirSync(folder).sort(), files.sort());
  });

  for (const [name, expected] of Object.entries(verdicts)) {
    it(`says of ${name} what is right, and nothing else`, async () => {
      const text = readFileSync(join(folder, `${name}.yaml`), "utf8");
      const { objects, skipped } = readManifest(text, `${name}.yaml`, defaultEnvironment);
      assert.equal(skipped, 0);
      const findings = await judgeObjects(rules, objects, packSettings(rules, {}));
      const violations = findings.filter(({ verdict }) => verdict !== "undecided");
      const found = new Set(violations.map(({ rule }) => rule.name));
      const messages = violations.map(({ rule, message }) => `${rule.name}: ${message}`).join("\n");
      assert.deepEqual([...found].sort(), Object.keys(expected).sort(), messages);
    });
  }
});
