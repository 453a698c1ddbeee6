import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { audit } from "../../policies/audit/audit";
import { formats } from "../../policies/audit/formats";

const secret = "canary-Xk29-hunter2";
const encoded = Buffer.from(secret).toString("base64");

/** A value by which no rule could tell that it is a credential, in a field that says so. */
const object = (apiVersion: string, kind: string, fields: object) => ({
  apiVersion,
  kind,
  metadata: {
    ...{ name: "canary-carrier", namespace: "shop", labels: {} },
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ password: secret }) },
  },
  ...fields,
});

const container = {
  name: "app",
  image: "app:latest",
  env: [
    { name: "PASSWORD", value: secret },
    { name: "AWS_SECRET_ACCESS_KEY", value: secret },
    { name: "DATABASE_URL", value: `postgres://user:${secret}@db/x` },
  ],
  args: [`--password=${secret}`, "--secret-key", secret],
  command: ["sh", "-c", `curl -u admin:${secret} https://x`],
};
const template = { metadata: { annotations: { "example.com/token": secret } }, spec: { containers: [container] } };

/** Objects that hold a credential wherever one can be found in practice. */
const carriers = [
  object("v1", "Secret", { data: { password: encoded, access_key_secret: encoded }, stringData: { token: secret } }),
  object("v1", "ConfigMap", { data: { "config.yaml": `password: ${secret}\n`, token: secret } }),
  object("v1", "Pod", template),
  object("apps/v1", "Deployment", { spec: { template } }),
  object("batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template } } } }),
  object("kiali.io/v1alpha1", "Kiali", {
    spec: {
      auth: { openid: { client_secret: secret } },
      external_services: {
        tracing: { enabled: true, auth: { type: "basic", username: "internal", password: secret, token: secret } },
        grafana: { auth: { password: secret } },
        prometheus: { auth: { token: secret }, url: `https://u:${secret}@prometheus` },
      },
    },
  }),
  object("maistra.io/v2", "ServiceMeshControlPlane", {
    spec: {
      tracing: { type: "None" },
      addons: { kiali: { name: "kiali", install: { dashboard: { password: secret } } }, grafana: { password: secret } },
      meshConfig: {
        extensionProviders: [
          { name: "x", datadog: { service: "x.shop.svc.cluster.local", port: 1, apiKey: secret } },
          { name: "y", opentelemetry: { http: { headers: [{ name: "authorization", value: `Bearer ${secret}` }] } } },
        ],
      },
    },
  }),
  object("sailoperator.io/v1", "Istio", {
    spec: { values: { meshConfig: { defaultConfig: { proxyMetadata: { TOKEN: secret } } } } },
  }),
  object("telemetry.istio.io/v1", "Telemetry", {
    spec: { tracing: [{ randomSamplingPercentage: 50, customTags: { password: { literal: { value: secret } } } }] },
  }),
  object("tempo.grafana.com/v1alpha1", "TempoStack", {
    spec: {
      storage: { secret: { name: "s", type: "s3", secret_key: secret } },
      extraConfig: { tempo: { storage: { trace: { s3: { access_key: secret, secret_key: secret } } } } },
      tenants: { authentication: [{ tenantName: "dev", oidc: { clientSecret: secret } }] },
    },
  }),
  object("opentelemetry.io/v1beta1", "OpenTelemetryCollector", {
    spec: {
      config: { exporters: { otlp: { endpoint: "x:4317", headers: { authorization: `Bearer ${secret}` } } } },
      env: container.env,
    },
  }),
];

describe("audit of objects that hold credentials", () => {
  it("shows none of them, in whatever form it is printed and whatever a rule finds wrong", async () => {
    const folder = mkdtempSync(join(tmpdir(), "policy-secrets-"));
    try {
      const file = join(folder, "carriers.yaml");
      writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: carriers }));
      const result = await audit({ paths: [file], format: "text" });
      assert.equal(result.objects, carriers.length);
      assert.notEqual(result.findings.length, 0);
      for (const [name, print] of Object.entries(formats)) {
        const printed = print(result);
        for (const value of [secret, encoded]) {
          assert.ok(!printed.includes(value), `${name}: ${printed.split("\n").find((line) => line.includes(value))}`);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
