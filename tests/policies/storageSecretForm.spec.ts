import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { storageSecretForm as rule } from "../../policies/rules/tracePath/storageSecretForm";
import { judge, resource, unknown } from "./helper";
import { tempoMonolithic, tempoStack } from "./traceObjects";

const canary = "canary-3d7f";
const lasting = { bucket: "b", endpoint: `https://${canary}`, access_key_id: canary, access_key_secret: canary };
const brief = { bucket: "b", region: "eu", role_arn: canary };
const tokenFile = "/var/run/secrets/storage/serviceaccount/token";

const secretOf = (props: object, suffix = "", ns = "tracing-system"): Resource =>
  resource(`core/v1:Secret${suffix}`, { metadata: { name: "traces", namespace: ns }, ...props });
const plain = (stringData: unknown): Resource => secretOf({ stringData });
const storing = (secret: object = {}, storage: object = {}): Resource =>
  tempoStack({ storage: { secret: { name: "traces", type: "s3", ...secret }, ...storage } });
const base64 = (data: Record<string, string>): object =>
  Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]));

/** What the rule says; never what is in the Secret. */
async function said(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  const messages = violations.map(({ message }) => message);
  assert.ok(!messages.join().includes(canary), "a text of the Secret is shown");
  return messages;
}

/** The same map without a key. */
function without<T extends object>(map: T, key: string): Partial<T> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key)) as Partial<T>;
}

const needs = "but TempoStack tracing-system/simplest needs it in credential mode";

describe("storage-secret-form", () => {
  it("refuses a Secret without a key of its credential mode", async () => {
    const subject = plain(without(lasting, "bucket"));
    const { violations } = await judge(rule, [storing(), subject]);
    assert.deepEqual(violations, [
      {
        message:
          `Secret tracing-system/traces: stringData.bucket is not set, ${needs} static. ` +
          "Set bucket, endpoint, access_key_id, access_key_secret.",
        urn: subject.urn,
      },
    ]);
    for (const key of Object.keys(lasting)) {
      assert.deepEqual(await said(storing(), plain(without(lasting, key))), [
        `Secret tracing-system/traces: stringData.${key} is not set, ${needs} static. Set bucket, endpoint, access_key_id, access_key_secret.`,
      ]);
    }
    for (const key of Object.keys(brief)) {
      assert.deepEqual(await said(storing(), plain(without(brief, key))), [
        `Secret tracing-system/traces: stringData.${key} is not set, ${needs} token. Set bucket, region, role_arn.`,
      ]);
    }
    assert.equal((await said(storing(), plain({}))).length, 4);
    assert.equal((await said(storing(), secretOf({}))).length, 4);
  });

  it("counts an empty text as none", async () => {
    assert.deepEqual(await said(storing(), plain({ ...lasting, bucket: "" })), [
      `Secret tracing-system/traces: stringData.bucket is [secret], ${needs} static. Set bucket, endpoint, access_key_id, access_key_secret.`,
    ]);
  });

  it("goes by a credential mode that is given", async () => {
    assert.deepEqual(await said(storing({ credentialMode: "token-cco" }), plain(without(brief, "role_arn"))), []);
    assert.equal((await said(storing({ credentialMode: "token" }), plain(lasting))).length, 2);
    assert.deepEqual(await said(storing({ credentialMode: "static" }), plain({ ...lasting, ...brief })), []);
    assert.deepEqual(await said(storing({ credentialMode: "" }), plain(brief)), []);
  });

  it("refuses a mix of lasting and short-lived credentials", async () => {
    assert.deepEqual(await said(storing(), plain({ ...lasting, ...brief })), [
      'TempoStack tracing-system/simplest: spec.storage.secret.name is "traces", but that Secret has keys of lasting and of ' +
        "short-lived credentials, so the operator takes neither. Keep either endpoint, access_key_id, access_key_secret or region, role_arn.",
    ]);
  });

  it("refuses an endpoint that is no URL, as the operator does", async () => {
    for (const endpoint of [
      `s3.${canary}.com`,
      `//${canary}`,
      `/${canary}`,
      "10.0.0.1:9000",
      `_x:${canary}`,
      "http:",
    ]) {
      assert.deepEqual(
        await said(storing(), plain({ ...lasting, endpoint })),
        [
          "Secret tracing-system/traces: stringData.endpoint is [secret], which is no URL with a scheme, so the operator refuses it. " +
            "Write https:// before the host, or http:// for a store without TLS.",
        ],
        endpoint,
      );
    }
    for (const endpoint of [
      "http://minio:9000",
      "https://s3.openshift-storage.svc",
      "HTTPS://x",
      "minio.tracing-system.svc:9000",
    ]) {
      assert.deepEqual(await said(storing(), plain({ ...lasting, endpoint })), []);
    }
  });

  it("refuses TLS to an endpoint of http", async () => {
    const insecure = plain({ ...lasting, endpoint: `http://${canary}:9000` });
    assert.deepEqual(await said(storing({}, { tls: { enabled: true } }), insecure), [
      "TempoStack tracing-system/simplest: spec.storage.tls.enabled is true, but the endpoint in Secret tracing-system/traces is one of http. " +
        "Write https:// in the Secret, or remove storage.tls.",
    ]);
    assert.deepEqual(await said(storing({}, { tls: { enabled: false } }), insecure), []);
    assert.deepEqual(await said(storing({}, { tls: { enabled: true } }), plain(lasting)), []);
  });

  it("knows Azure's keys", async () => {
    const azure = { container: "c", account_name: "n", account_key: canary };
    const short = { container: "c", account_name: "n", client_id: canary, tenant_id: canary };
    const ofAzure = storing({ type: "azure" });
    assert.deepEqual(await said(ofAzure, plain(azure)), []);
    assert.deepEqual(await said(ofAzure, plain(short)), []);
    assert.equal((await said(ofAzure, plain(without(azure, "container")))).length, 1);
    assert.equal((await said(ofAzure, plain(without(short, "client_id")))).length, 1);
    assert.equal((await said(ofAzure, plain({ ...azure, tenant_id: canary }))).length, 1);
    assert.match(
      (await said(ofAzure, plain({ ...azure, tenant_id: canary })))[0] ?? "",
      /Keep either account_key or tenant_id\.$/,
    );
    assert.deepEqual(
      await said(storing({ type: "azure", credentialMode: "token-cco" }), plain(azure)),
      [],
      "another rule's",
    );
  });

  it("knows Google's keys, and what its key file must say", async () => {
    const ofGoogle = storing({ type: "gcs" });
    const file = (content: unknown): Resource => plain({ bucketname: "b", "key.json": JSON.stringify(content) });
    const external = (path: unknown): object => ({
      type: "external_account",
      credential_source: { file: path },
      secret: canary,
    });
    assert.deepEqual(await said(ofGoogle, file({ type: "service_account", private_key: canary })), []);
    assert.deepEqual(await said(ofGoogle, file(external(tokenFile))), []);
    assert.deepEqual(await said(ofGoogle, file(external("/other"))), [
      'Secret tracing-system/traces: stringData["key.json"] is [secret], short-lived credentials that do not come from the token that ' +
        `the operator mounts. Set credential_source.file in it to ${tokenFile}.`,
    ]);
    assert.equal((await said(ofGoogle, file({ type: "external_account" }))).length, 1);
    assert.deepEqual(await said(ofGoogle, plain({ bucketname: "b", "key.json": canary })), [
      'Secret tracing-system/traces: stringData["key.json"] is [secret], which is no JSON, so the operator refuses it. ' +
        "Put the key file into it as Google made it.",
    ]);
    assert.deepEqual(await said(ofGoogle, file(null)), []);
    assert.equal((await said(ofGoogle, plain({ "key.json": "{}" }))).length, 1);
    assert.equal((await said(ofGoogle, plain({ bucketname: "b" }))).length, 1);
  });

  it("reads data in base64, under text in plain", async () => {
    assert.deepEqual(await said(storing(), secretOf({ data: base64(lasting) })), []);
    assert.deepEqual(
      await said(storing(), secretOf({ data: base64(without(lasting, "bucket") as Record<string, string>) })),
      [
        `Secret tracing-system/traces: data.bucket is not set, ${needs} static. Set bucket, endpoint, access_key_id, access_key_secret.`,
      ],
    );
    const data = base64({ ...lasting, endpoint: "no URL" });
    assert.equal((await said(storing(), secretOf({ data }))).length, 1);
    assert.deepEqual(await said(storing(), secretOf({ data, stringData: { endpoint: "http://x" } })), []);
  });

  it("finds a TempoMonolithic's Secret", async () => {
    const monolithic = (traces: object): Resource => tempoMonolithic({ storage: { traces } });
    const s3 = monolithic({ backend: "s3", s3: { secret: "traces" } });
    assert.deepEqual(await said(s3, plain(lasting)), []);
    assert.deepEqual(await said(s3, plain(without(lasting, "bucket"))), [
      "Secret tracing-system/traces: stringData.bucket is not set, but TempoMonolithic tracing-system/sample needs it in credential mode static. " +
        "Set bucket, endpoint, access_key_id, access_key_secret.",
    ]);
    const token = { secret: "traces", credentialMode: "token" };
    assert.deepEqual(await said(monolithic({ backend: "s3", s3: token }), plain(brief)), []);
    assert.equal((await said(monolithic({ backend: "s3", s3: token }), plain(lasting))).length, 2);
    assert.equal((await said(monolithic({ backend: "gcs", gcs: { secret: "traces" } }), plain(lasting))).length, 2);
    assert.deepEqual(
      await said(
        monolithic({ backend: "s3", s3: { secret: "traces", tls: { enabled: true } } }),
        plain({ ...lasting, endpoint: "http://x" }),
      ),
      [],
    );
    for (const other of [
      monolithic({ backend: "pv" }),
      monolithic({}),
      tempoMonolithic(),
      monolithic({ backend: "azure", s3: { secret: "traces" } }),
    ]) {
      assert.deepEqual(await said(other, plain({})), []);
    }
  });

  it("does not judge another Secret, or one of another stack", async () => {
    assert.deepEqual(await said(storing()), []);
    assert.deepEqual(await said(storing({ name: "other" }), plain({})), []);
    assert.deepEqual(await said(storing(), secretOf({}, "", "elsewhere")), []);
    assert.deepEqual(await said(storing({ type: "other" }), plain({})), []);
    assert.deepEqual(await said(tempoStack(), secretOf({ metadata: { name: null, namespace: "tracing-system" } })), []);
  });

  it("knows of a patch only what it sets", async () => {
    const { violations, notes } = await judge(rule, [storing(), secretOf({ stringData: { bucket: "b" } }, "Patch")]);
    assert.deepEqual(violations, []);
    assert.deepEqual(notes, [
      "Not decided for Secret tracing-system/traces: what Secret tracing-system/traces does not patch is declared outside this stack.",
    ]);
    const patch = secretOf({ stringData: { bucket: "b" } }, "Patch");
    assert.deepEqual(await said(storing(), patch, plain(lasting)), []);
    assert.equal((await said(storing(), patch, plain(without(lasting, "endpoint")))).length, 1);
  });

  it("does not judge what is encrypted, or not known in a preview, and says so", async () => {
    for (const [secret, field] of [
      [plain("[secret]"), "stringData"],
      [secretOf({ data: "[secret]" }), "data"],
      [plain({ ...lasting, bucket: "[secret]" }), "stringData.bucket"],
    ] as const) {
      const { violations, notes } = await judge(rule, [storing(), secret]);
      assert.deepEqual(violations, []);
      assert.deepEqual(notes, [
        `Not decided for Secret tracing-system/traces: ${field} of Secret tracing-system/traces is a secret that cannot be decrypted here.`,
      ]);
    }
    for (const resources of [
      [storing(), plain(unknown)],
      [storing(), plain({ ...lasting, endpoint: unknown })],
      [storing(), secretOf({ data: unknown })],
      [storing({ type: unknown }), plain({})],
      [storing({ name: unknown }), plain({})],
      [storing({ credentialMode: unknown }), plain({})],
      [storing({}, { tls: unknown }), plain({ ...lasting, endpoint: "http://x" })],
      [tempoStack({ storage: { secret: { name: "traces", type: "s3" } } }, { ns: unknown }), plain({})],
      [tempoMonolithic({ storage: { traces: { backend: unknown } } }), plain({})],
      [tempoMonolithic({ storage: unknown }), plain({})],
    ]) {
      const { violations, notes } = await judge(rule, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1, JSON.stringify(notes));
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
  });
});
