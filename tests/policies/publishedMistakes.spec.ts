import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { judgeObjects } from "../../policies/audit/judge";
import { readManifest } from "../../policies/audit/manifests";
import { defaultEnvironment } from "../../policies/audit/usage";
import { packSettings } from "../../policies/pack/packConfig";
import { rules } from "../../policies/rules";
import { publishedFolder, publishedManifest, publishedMistakes } from "../../scripts/publishedMistakes";

/** What each rule has to say, by the manifest that makes the mistake: one text, or one for each of several messages. */
const essentials: Readonly<Record<string, Readonly<Record<string, RegExp | readonly RegExp[]>>>> = {
  "kiali-url-placeholder": { "kiali-urls-real": /tracing\.url .*not a URL of http or https.*Route/ },
  "kiali-two-writers": { "kiali-addon-patched": /addon makes and goes on writing to.*Patch it/ },
  "kiali-addon-password": { "kiali-addon-auth-replaced": /auth\.type is not set.*sends that password to the new URL/ },
  "sampling-everything": {
    "sampling-within-limit": /100 % of requests, above the limit of 5 % for environment "prod"/,
  },
  "minio-for-tests": {
    "no-plain-credentials": /env\[0\]\.value is \[secret\].*plain text/,
    "no-published-credentials": /access_key_secret is \[secret\].*documentation publishes/,
    "storage-tls": /tls\.enabled is not set.*plain HTTP to the object store/,
    "restricted-pods": /runAsNonRoot is not set/,
    "container-requests": /resources\.requests is not set, without cpu and memory/,
    "served-pods-probed": /readinessProbe is not set.*Service tracing-system\/minio sends requests/,
  },
  "minio-images": { "no-minio-in-production": /a MinIO server, in environment "prod"/ },
  "tempo-without-gateway": { "gateway-in-production": /gateway\.enabled is not set.*reads and writes every trace/ },
  "tempo-total-resources": { "query-frontend-memory": /query-frontend gets 76 MiB/ },
  "tempo-jaeger-query": { "tempo-without-warnings": /jaegerQuery\.enabled is true.*no longer have/ },
  "injection-by-annotation": {
    "injection-by-label": /annotations\["sidecar\.istio\.io\/inject"\].*do not select pods by/,
    "sidecar-request-effective": /by the label sidecar\.istio\.io\/inject: "true" alone: these get no sidecar/,
  },
  "outdated-api-versions": {
    "api-versions-current": [
      /^Telemetry .*Write telemetry\.istio\.io\/v1\.$/,
      /^DestinationRule .*Write networking\.istio\.io\/v1\.$/,
      /^OpenTelemetryCollector .*Write opentelemetry\.io\/v1beta1\.$/,
    ],
  },
  "gateway-without-tls": { "gateways-tls": /protocol is "HTTP", .*plain text/ },
  "verification-job": {
    "tls-verified": /anybody may answer in the other side's place.*CA/,
    "jobs-end": /activeDeadlineSeconds is not set.*never ended/,
  },
  "store-as-member": {
    "store-outside-mesh": /members\[0\] is "tracing-system".*no proxy sends.*NetworkPolicies.*Remove it/,
  },
  "sail-v1alpha1": {
    "api-versions-served": [/^Istio default: .*Write sailoperator\.io\/v1\.$/, /^IstioCNI default: .*\/v1\.$/],
  },
  "sampling-in-provider": {
    "sampling-in-tracing-entry": /providers\[0\]\.randomSamplingPercentage.*drops it.*Move it/,
  },
  "ui-plugin-group": { "api-versions-served": /Write observability\.openshift\.io\/v1alpha1\./ },
  "gateway-and-receiver-tls": { "tempostack-accepted": /distributor\.tls\.enabled is true, but with a gateway/ },
  "readers-everyone": { "tenants-not-for-everyone": /system:authenticated/ },
  "cluster-scoped-in-namespace": {
    "cluster-scoped-without-namespace":
      /metadata\.namespace .*no Istio(?:CNI)? is in a namespace.*spec\.namespace says where/,
  },
  "mtls-exemption-elsewhere": {
    "store-reachable-under-mtls": /tls\.mode is "ISTIO_MUTUAL".*Service tempo\/user-collector has no sidecar/,
  },
  "kiali-tracing-off": { "kiali-shows-traces": /enabled is false, so nobody sees the traces/ },
  "istio-values": {
    "istio-accepted": [
      /version is "gwAPIControllerMode", which is no version/,
      /MODE is true, not a text.*Write "true"/,
    ],
  },
  "wrong-namespace-labelled": {
    "injected-namespace-has-pods": /Namespace curl: .*no pods there.*Namespace bookinfo get no sidecar/,
  },
  "kiali-tracing-empty": {
    "kiali-settings-in-place": /Move it to spec\.external_services\.tracing: it lacks one step/,
  },
  "kiali-spec-empty": { "kiali-settings-in-place": /external_services is set.*Move it to spec\.external_services:/ },
};

/** The defects of the reference that docs/reference-coverage.md counts, by the manifest here; a text says why there is none. */
const referenceDefects: Readonly<Record<string, readonly string[] | string>> = {
  D1: ["kiali-url-placeholder"],
  // Advice is enough: where the two write other fields nothing breaks, and where they write the same, D3 refuses it.
  D2: ["kiali-two-writers"],
  D3: ["kiali-addon-password"],
  D4: "No manifest says which version of the Service Mesh operator is installed; the program asks the cluster before it begins.",
  // That there are two settings is no mistake while they agree, which sampling-units-agree sees to.
  D5: ["sampling-everything"],
  D6: ["minio-for-tests"],
  D7: ["minio-images"],
  D8: ["tempo-without-gateway"],
  // For the Kiali of OpenShift Service Mesh 2, which knows no other API, it is right.
  D9: ["tempo-jaeger-query"],
  D10: ["injection-by-annotation"],
  // Beside OpenShift Service Mesh 2 the older versions are the only ones.
  D11: ["outdated-api-versions"],
  // Hosts that are "*" are right for a gateway whose Route has the host.
  D12: ["gateway-without-tls", "verification-job"],
  D13: "Manifests have no order; a sleep between two of them stands in the script that applies them.",
  // With Zipkin straight to Tempo it is needed: the mesh must see the distributor's Service.
  D14: ["store-as-member"],
  D15: "The request to Zipkin's query API is a sentence of a guide, and no object.",
};

describe("published mistakes", () => {
  it("has a manifest for each, and no other", () => {
    const files = publishedMistakes.map(({ name }) => `${name}.yaml`);
    assert.deepEqual(readdirSync(publishedFolder).sort(), files.sort());
  });

  for (const mistake of publishedMistakes) {
    it(`finds ${mistake.name}`, async () => {
      const expected = essentials[mistake.name] ?? {};
      assert.deepEqual(Object.keys(expected).sort(), [...mistake.rules].sort());
      const { objects, skipped } = readManifest(publishedManifest(mistake), "published.yaml", defaultEnvironment);
      assert.equal(skipped, 0);
      const findings = await judgeObjects(rules, objects, packSettings(rules, {}));
      for (const [name, message] of Object.entries(expected)) {
        const own = findings.filter(({ rule, verdict }) => rule.name === name && verdict !== "undecided");
        const names = findings.map(({ rule }) => rule.name).join(", ");
        assert.ok(own.length > 0, `${name} says nothing, but ${names}`);
        const messages = own.map((finding) => finding.message);
        for (const pattern of [message].flat()) {
          assert.ok(
            messages.some((text) => pattern.test(text)),
            `${pattern.source}: ${messages.join("\n")}`,
          );
        }
      }
    });
  }

  it("has every defect of the reference that a manifest can show", () => {
    assert.deepEqual(
      Object.keys(referenceDefects),
      Array.from({ length: 15 }, (_, index) => `D${index + 1}`),
    );
    const known = new Set(publishedMistakes.map(({ name }) => name));
    for (const names of Object.values(referenceDefects).filter((entry) => typeof entry !== "string")) {
      names.forEach((name) => assert.ok(known.has(name), name));
    }
  });

  it("takes the SMCP's sampling of 100, which is 1 %, for a rate like any other", async () => {
    const text =
      "apiVersion: maistra.io/v2\nkind: ServiceMeshControlPlane\nmetadata: { name: basic, namespace: istio-system }\n" +
      "spec: { version: v2.5, tracing: { type: None, sampling: 100 } }\n";
    const { objects } = readManifest(text, "plane.yaml", defaultEnvironment);
    const findings = await judgeObjects(rules, objects, packSettings(rules, {}));
    assert.deepEqual(findings, []);
  });
});
