import assert from "node:assert/strict";
import fc from "fast-check";
import { noPlainCredentials } from "../../policies/rules/security/noPlainCredentials";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, tokens, unknown } from "./helper";
import { workload } from "./pods";

/** No message may hold it. */
const canary = "Canary-7hW2";

const inEnv = (name: string, value: unknown): Resource =>
  workload({ containers: [{ name: "app", env: [{ name, value }] }] });
const inArgs = (...args: unknown[]): Resource => workload({ containers: [{ name: "app", args }] });
const inConfigMap = (data: unknown): Resource =>
  resource("core/v1:ConfigMap", { metadata: { name: "app", namespace: "shop" }, data });
const inKiali = (spec: object): Resource =>
  resource("kiali.io/v1alpha1:Kiali", { metadata: { name: "kiali", namespace: "istio-system" }, spec });

async function messages(subject: Resource): Promise<readonly string[]> {
  const { violations, notes } = await judge(noPlainCredentials, [subject]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => {
    assert.ok(!message.includes(canary), message);
    return message;
  });
}

async function isFound(subject: Resource): Promise<boolean> {
  const found = await messages(subject);
  assert.ok(found.length <= 1, found.join("\n"));
  return found.length === 1;
}

describe("no-plain-credentials", () => {
  it("names the object, the field and the fix, and not the value", async () => {
    assert.deepEqual(await messages(inEnv("MINIO_SECRET_KEY", canary)), [
      "Deployment shop/app: spec.template.spec.containers[0].env[0].value is [secret], the value of MINIO_SECRET_KEY in plain text, " +
        "for everybody to read who may read this object. Put it into a Secret, refer to that, and replace the credential.",
    ]);
  });

  it("shows no credential, wherever it stands", async () => {
    const places: readonly ((value: string) => Resource)[] = [
      (value) => inEnv("TOKEN", value),
      (value) => inEnv("URL", `https://user:${value}@db/`),
      (value) => inArgs("--password", value),
      (value) => inArgs(`PASSWORD=${value} run`),
      (value) => inConfigMap({ password: value }),
      (value) => inConfigMap({ "app.yaml": `password: ${value}\n` }),
      (value) => inKiali({ auth: { password: value } }),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.uuid(), async (place, value) => {
        const { violations } = await judge(noPlainCredentials, [place(value)]);
        assert.equal(violations.length, 1);
        assert.ok(!violations[0]?.message.includes(value));
      }),
    );
  });

  describe("by the name", () => {
    for (const name of [
      "MINIO_ROOT_PASSWORD",
      "MINIO_ACCESS_KEY",
      "AWS_SECRET_ACCESS_KEY",
      "DB_PASS",
      "GITHUB_TOKEN",
      "API_KEY",
      "KEYSTORE_PASSPHRASE",
      "CLIENT_SECRET",
      "JWT_SECRET",
      "AZURE_STORAGE_KEY",
      "ACCOUNT_KEY",
      "CONNECTION_STRING",
      "SOME_SECRET",
    ]) {
      it(`finds ${name}`, async () => assert.ok(await isFound(inEnv(name, canary))));
    }

    for (const name of [
      "LOG_DIR",
      "PASSWORD_FILE",
      "TOKEN_URL",
      "SECRET_NAME",
      "AWS_ACCESS_KEY_ID",
      "BYPASS",
      "NEXT_TOKEN",
      "SSH_PUBLIC_KEY",
      "TOKENIZER",
      "INITIAL_CLUSTER_TOKEN",
    ]) {
      it(`leaves ${name} alone`, async () => assert.ok(!(await isFound(inEnv(name, canary)))));
    }
  });

  it("finds a credential that is a number", async () => {
    assert.ok(await isFound(inKiali({ password: 12345 })));
    assert.ok(!(await isFound(inKiali({ password: true }))));
    assert.ok(!(await isFound(inKiali({ password: null }))));
  });

  it("leaves alone what is no credential but says where one is, or switches something", async () => {
    for (const value of [
      "",
      "$(DB_PASSWORD)",
      "${DB_PASSWORD}",
      "$DB_PASSWORD",
      "{{ .Values.password }}",
      "secret:kiali:password",
      "vault:secret/data/kiali#password",
      "arn:aws:secretsmanager:eu-central-1:1:secret:x",
      "projects/1/secrets/db",
      "ENC[AES256_GCM,data:x]",
      "/var/run/secrets/token",
      "./token",
      "https://login.example.com/token",
      "true",
      "optional",
      "opaque",
      "certs/client.key",
      "1",
      "***",
      "<your password>",
    ]) {
      assert.ok(!(await isFound(inEnv("DB_PASSWORD", value))), value);
    }
  });

  it("takes a secret whose value could be a name for the name of a Secret", async () => {
    assert.ok(!(await isFound(inKiali({ secret: "oauth-client" }))));
    assert.ok(!(await isFound(inKiali({ imagePullSecret: "registry.pull" }))));
    assert.ok(!(await isFound(inKiali({ secret: "istio-system/oauth-client" }))));
    assert.ok(await isFound(inKiali({ secret: "a/b/c" })));
    assert.ok(await isFound(inKiali({ clientSecret: "istio-system/oauth-client" })));
    assert.ok(await isFound(inKiali({ secret: "Oauth_Client!" })));
    assert.ok(await isFound(inKiali({ secret: canary })));
  });

  it("takes the entries beside the name of a Secret for that Secret's keys", async () => {
    for (const reference of [
      { secretName: "db", password: "password-key" },
      { secret: "db", password: "password-key" },
      { existingSecret: "db", password: "password-key" },
      { passwordSecretName: "db", password: "password-key" },
      { tokenSecretRef: "db", token: "token-key" },
    ]) {
      assert.ok(!(await isFound(inKiali({ auth: reference }))), JSON.stringify(reference));
    }
    assert.ok(await isFound(inKiali({ auth: { username: "db", password: "password-key" } })));
  });

  it("finds credentials in custom resources, at any depth", async () => {
    const [message, ...others] = await messages(
      inKiali({ external_services: { tracing: { auth: { type: "basic", username: "internal", password: canary } } } }),
    );
    assert.deepEqual(others, []);
    assert.match(
      message ?? "",
      /^Kiali istio-system\/kiali: spec\.external_services\.tracing\.auth\.password is \[secret\], the value of password in plain text/,
    );
    assert.ok(await isFound(inKiali({ providers: [{ config: { apiKey: canary } }] })));
    assert.ok(await isFound(inKiali({ parameters: [{ key: "token", value: canary }] })));
    const oauthClient = resource("oauth.openshift.io/v1:OAuthClient", { metadata: { name: "x" }, secret: canary });
    assert.ok(await isFound(oauthClient));
  });

  it("finds credentials in labels and annotations", async () => {
    const annotated = (annotations: object) => resource("core/v1:Service", { metadata: { name: "x", annotations } });
    assert.ok(await isFound(annotated({ "example.com/token": canary })));
    assert.ok(!(await isFound(annotated({ "nginx.ingress.kubernetes.io/auth-secret": "basic-auth" }))));
    const copy = JSON.stringify({ password: canary });
    assert.ok(await isFound(annotated({ "example.com/settings": copy.replace("{", "{\n") })));
    for (const key of ["kubectl.kubernetes.io/last-applied-configuration", "alm-examples"]) {
      assert.ok(!(await isFound(annotated({ [key]: copy.replace("{", "{\n") }))), key);
    }
  });

  describe("by the looks", () => {
    const digits = "0123456789ABCDEF";
    for (const [what, value] of [
      ["a private key", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ"],
      ["a private key", "-----BEGIN PRIVATE KEY-----\nMHcCAQ"],
      ["an access key of AWS", `AKIA${digits}`],
      ["a token of GitHub", `ghp_${"a".repeat(36)}`],
      ["a token of GitHub", `github_pat_${"a".repeat(40)}`],
      ["a token of Slack", `xoxb-${digits}`],
      ["a JSON web token", "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ"],
      ["a URL with a password", `postgres://tempo:${canary}@db.shop.svc:5432/tempo`],
    ] as const) {
      it(`finds ${what}`, async () => {
        const [message, ...others] = await messages(inEnv("SETTING", value));
        assert.deepEqual(others, []);
        assert.match(message ?? "", new RegExp(`is \\[secret\\], ${what} in plain text`));
      });
    }

    it("finds an Authorization header, in a probe, a collector's exporter or a command", async () => {
      const header = { name: "Authorization", value: `Bearer ${canary}` };
      const probed = workload({ containers: [{ livenessProbe: { httpGet: { httpHeaders: [header] } } }] });
      assert.ok(await isFound(probed));
      const exporter = { otlp: { headers: { authorization: `Basic ${canary}` } } };
      assert.ok(
        await isFound(
          resource("opentelemetry.io/v1beta1:OpenTelemetryCollector", { spec: { config: { exporters: exporter } } }),
        ),
      );
      assert.ok(await isFound(inArgs(`curl -H "Authorization: Bearer ${canary}" https://kiali`)));
      assert.ok(!(await isFound(inArgs('curl -H "Authorization: Bearer $TOKEN" https://kiali'))));
      assert.ok(!(await isFound(inKiali({ authorization: "Bearer ${env:TOKEN}" }))));
    });

    it("finds the password of a user that curl is given", async () => {
      assert.ok(await isFound(inArgs(`curl -s -u admin:${canary} https://tempo`)));
      assert.ok(await isFound(inArgs(`curl --user=admin:${canary} https://tempo`)));
      assert.ok(!(await isFound(inArgs('curl -u "admin:$PASSWORD" https://tempo'))));
      assert.ok(!(await isFound(inArgs("curl -u admin https://tempo"))));
    });

    it("leaves alone a URL without a password, or with one to be filled in", async () => {
      for (const url of [
        "https://db:5432/",
        "https://user@db/",
        "postgres://u:$(PASSWORD)@db/",
        "postgres://u:${P}@db/",
      ]) {
        assert.ok(!(await isFound(inEnv("URL", url))), url);
      }
    });
  });

  describe("in command lines", () => {
    it("finds a flag's value, joined to it or behind it", async () => {
      assert.ok(await isFound(inArgs(`--password=${canary}`)));
      assert.ok(await isFound(inArgs("server", "--admin-password", canary)));
      assert.ok(await isFound(inArgs(`tool --token ${canary} run`)));
      assert.ok(!(await isFound(inArgs("--password", "$(PASSWORD)"))));
      assert.ok(!(await isFound(inArgs("--password-file", "/etc/password"))));
      assert.ok(await isFound(inArgs("-password", canary)));
      assert.ok(!(await isFound(inArgs("--token", "--verbose"))));
      assert.ok(!(await isFound(inArgs("no--password", canary))));
      assert.ok(!(await isFound(inKiali({ members: ["--password", canary] }))));
      assert.ok(!(await isFound(inArgs("server", "/storage", "--address", ":9000"))));
    });

    it("finds what a shell script assigns", async () => {
      const inScript = (script: string) => workload({ initContainers: [{ command: ["/bin/sh", "-c", script] }] });
      assert.ok(await isFound(inScript(`export MINIO_SECRET_KEY=${canary}; minio server`)));
      assert.ok(await isFound(inScript(`set -e\nPASSWORD='${canary}' tool`)));
      assert.ok(!(await isFound(inScript("TOKEN=$(cat /var/run/secrets/token)"))));
      assert.ok(!(await isFound(inScript("TOKEN=`oc sa get-token puller`"))));
      assert.ok(!(await isFound(inScript('mc alias set store "$ENDPOINT" "$ROOT_USER" "$ROOT_PASSWORD"'))));
      assert.ok(!(await isFound(inScript("mkdir -p /storage/tempo && minio server /storage"))));
    });
  });

  describe("in ConfigMaps", () => {
    it("finds an entry that is a credential", async () => {
      assert.ok(await isFound(inConfigMap({ password: canary })));
      assert.ok(!(await isFound(inConfigMap({ "password-file": "/x" }))));
    });

    it("finds what files of settings assign", async () => {
      for (const [file, text] of [
        ["app.properties", `db.user=tempo\ndb.password=${canary}\n`],
        ["grafana.ini", `[security]\nadmin_password = ${canary}\n`],
        ["config.yaml", `auth:\n  - token: ${canary}\n`],
        ["config.json", `{ "apiKey": "${canary}" }`],
        ["env", `export SECRET_KEY=${canary}`],
        ["start.sh", `PASSWORD=${canary} exec app`],
        ["app.py", `password = "${canary}"`],
        ["app.js", `headers["x-api-key"] = '${canary}';`],
      ] as const) {
        assert.ok(await isFound(inConfigMap({ [file]: text })), file);
      }
    });

    it("leaves code, comments and references alone", async () => {
      for (const [file, text] of [
        ["app.js", 'const token = readFileSync("/token");\nif (typeof token === "string") {}\n'],
        ["app.mjs", "  token: process.env.TOKEN,\n  password: options.password\n"],
        ["said.mjs", 'const who = known ? "a request without a token" : "this token";\n'],
        ["app.py", "password = os.environ['PASSWORD']\nconnect(user=user, password=password)\n"],
        [
          "config.yaml",
          `# password: ${canary}\npassword: \${PASSWORD}\npassword_file: /etc/password\nsecret: my-secret\n`,
        ],
        ["app.conf", `; token = ${canary}\n// password = "${canary}"\ntoken:\n  path: x\n`],
        ["run.sh.conf", `app --password ${canary}\n`],
        ["settings", "db.secret = 'my-secret '\n"],
        ["run.sh", 'TOKEN="$(cat /token)"\nif [ "$TOKEN" = "x" ]; then exit; fi\n'],
      ] as const) {
        assert.ok(!(await isFound(inConfigMap({ [file]: text }))), file);
      }
    });

    it("looks at no binary data", async () => {
      const subject = resource("core/v1:ConfigMap", { metadata: { name: "x" }, binaryData: { password: canary } });
      assert.ok(!(await isFound(subject)));
    });
  });

  it("finds what a collector's configuration assigns, which is one text in v1alpha1", async () => {
    const config = `exporters:\n  otlp:\n    api_key: ${canary}\n`;
    const collector = (text: string) =>
      resource("opentelemetry.io/v1alpha1:OpenTelemetryCollector", { spec: { config: text } });
    assert.ok(await isFound(collector(config)));
    assert.ok(!(await isFound(collector("exporters:\n  otlp:\n    api_key: ${env:API_KEY}\n"))));
  });

  it("leaves Lua in an EnvoyFilter to its quotes", async () => {
    const filter = (inlineCode: string) =>
      resource("networking.istio.io/v1alpha3:EnvoyFilter", { spec: { inlineCode } });
    assert.ok(!(await isFound(filter("function f(h)\ntoken = header\nend"))));
    assert.ok(await isFound(filter(`function f(h)\n  token = "${canary}"\nend`)));
  });

  it("does not judge Secrets and kinds that refer to them, nor what the cluster writes", async () => {
    for (const token of [
      "core/v1:Secret",
      "core/v1:SecretPatch",
      "bitnami.com/v1alpha1:SealedSecret",
      "external-secrets.io/v1beta1:ExternalSecret",
      "secrets-store.csi.x-k8s.io/v1:SecretProviderClass",
      "helm.sh/v3:Release",
      "apiextensions.k8s.io/v1:CustomResourceDefinition",
    ]) {
      assert.ok(
        !(await isFound(resource(token, { spec: { password: canary }, stringData: { password: canary } }))),
        token,
      );
    }
    assert.ok(!(await isFound(resource("kiali.io/v1alpha1:Kiali", { status: { password: canary } }))));
  });

  it("leaves references in pods alone", async () => {
    const { violations, notes } = await judge(noPlainCredentials, [
      workload({
        automountServiceAccountToken: false,
        containers: [
          {
            env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
            envFrom: [{ secretRef: { name: "db" } }],
          },
        ],
        imagePullSecrets: [{ name: "pull" }],
        volumes: [
          { name: "s", secret: { secretName: "db", items: [{ key: "password", path: "password" }] } },
          { name: "t", projected: { sources: [{ serviceAccountToken: { path: "token", audience: "x" } }] } },
        ],
      }),
    ]);
    assert.deepEqual({ violations, notes }, { violations: [], notes: [] });
  });

  it("judges patches and every version", async () => {
    const spec = { template: { spec: { containers: [{ env: [{ name: "TOKEN", value: canary }] }] } } };
    for (const token of [`${tokens.deployment}Patch`, "apps/v1beta2:Deployment", "made.up/v9:Thing"]) {
      assert.ok(await isFound(resource(token, { metadata: { name: "x" }, spec })), token);
    }
  });

  it("says what it cannot judge before the update, where a credential may come", async () => {
    for (const subject of [
      inEnv("TOKEN", unknown),
      inArgs(unknown),
      inConfigMap({ any: unknown }),
      inConfigMap(unknown),
      inKiali({ auth: { password: unknown } }),
      workload({ containers: [{ env: unknown }] }),
      workload(unknown),
    ]) {
      const { violations, notes } = await judge(noPlainCredentials, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for .* is not known before the update\.$/);
    }
  });

  it("does not mention other values that are not known", async () => {
    for (const subject of [inEnv("LOG_DIR", unknown), inKiali({ url: unknown }), workload({ nodeName: unknown })]) {
      assert.deepEqual(await messages(subject), []);
    }
  });
});
