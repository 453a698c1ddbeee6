import assert from "node:assert/strict";
import { storageTls } from "../../policies/rules/security/storageTls";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const tempo = (kind: string, spec: unknown, ns = "tracing"): Resource =>
  resource(`tempo.grafana.com/v1alpha1:${kind}`, { metadata: { name: "simplest", namespace: ns }, spec });
const stackWith = (secret: object, tls?: unknown): Resource =>
  tempo("TempoStack", { storage: { secret: { name: "store", ...secret }, ...(tls !== undefined && { tls }) } });
const monolithic = (traces: object): Resource => tempo("TempoMonolithic", { storage: { traces } });
const onS3 = monolithic({ backend: "s3", s3: { secret: "store" } });

const secret = (entries: unknown, { name = "store", ns = "tracing", key = "stringData" } = {}): Resource =>
  resource("core/v1:Secret", { metadata: { name, namespace: ns }, [key]: entries });
const keys = { endpoint: "http://minio:9000", access_key_id: "a", access_key_secret: "canary" };

const said = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(storageTls, resources);
  return { violations: violations.map(({ message }) => message), notes };
};
const silent = { violations: [], notes: [] };

const stackMessage =
  "TempoStack tracing/simplest: spec.storage.tls.enabled is not set, so Tempo speaks plain HTTP to the object store, whatever its endpoint says. " +
  "Set it to true, with caName if the store has a CA of its own.";

describe("storage-tls", () => {
  it("accepts TLS", async () => {
    assert.deepEqual(await said(stackWith({ type: "s3" }, { enabled: true })), silent);
    const encrypted = secret({ ...keys, endpoint: "https://s3.eu-central-1.amazonaws.com" });
    assert.deepEqual(await said(onS3, encrypted), silent);
  });

  it("names the switch of a TempoStack that uses access keys without it", async () => {
    assert.deepEqual(await said(stackWith({ type: "s3" }), secret(keys)), { violations: [stackMessage], notes: [] });
    const off = await said(stackWith({ type: "s3" }, { enabled: false }), secret({ ...keys, endpoint: "https://s3" }));
    assert.match(off.violations[0] ?? "", /tls\.enabled is false, so Tempo speaks plain HTTP/);
    assert.deepEqual((await said(stackWith({ type: "s3", credentialMode: "static" }))).violations, [stackMessage]);
  });

  it("accepts a TempoStack whose store is always taken over HTTPS", async () => {
    for (const subject of [
      stackWith({ type: "azure" }),
      stackWith({ type: "gcs", credentialMode: "static" }),
      stackWith({ type: "s3", credentialMode: "token" }),
      stackWith({ type: "s3", credentialMode: "token-cco" }),
    ]) {
      assert.deepEqual(await said(subject), silent);
    }
    const role = { bucket: "b", region: "r", role_arn: "arn:aws:iam::1:role/tempo" };
    assert.deepEqual(await said(stackWith({ type: "s3" }), secret(role)), silent);
    assert.deepEqual(await said(stackWith({ type: "s3" }), secret({ role_arn: "YXJu" }, { key: "data" })), silent);
  });

  it("names the Secret of a TempoMonolithic, and nothing that is in it", async () => {
    const base64 = { endpoint: Buffer.from(keys.endpoint).toString("base64") };
    for (const declared of [secret(keys), secret(base64, { key: "data" })]) {
      assert.deepEqual(await said(onS3, declared), {
        violations: [
          'TempoMonolithic tracing/simplest: spec.storage.traces.s3.secret is "store", a Secret whose endpoint does not begin with https://, so Tempo speaks plain HTTP to the object store. ' +
            "Let the endpoint begin with https://, and set spec.storage.traces.s3.tls if the store has a CA of its own.",
        ],
        notes: [],
      });
    }
    assert.deepEqual(await said(onS3, secret({ role_arn: "arn" })), silent);
  });

  it("asks nothing of a TempoMonolithic that keeps traces elsewhere", async () => {
    for (const traces of [{}, { backend: "memory" }, { backend: "pv" }, { backend: "gcs" }]) {
      assert.deepEqual(await said(monolithic(traces), secret(keys)), silent);
    }
  });

  it("judges only what a patch sets", async () => {
    const patch = (tls: object) => tempo("TempoStackPatch", { storage: { tls } });
    assert.deepEqual(await said(patch({ caName: "ca" })), silent);
    assert.deepEqual(await said(patch({ enabled: true })), silent);
    assert.equal((await said(patch({ enabled: false }))).violations.length, 1);
  });

  it("cannot judge by a Secret that is not the stack's", async () => {
    const elsewhere =
      "Not decided for TempoStack tracing/simplest: Secret tracing/store is declared outside this stack.";
    for (const others of [
      [],
      [secret(keys, { name: "other" })],
      [secret(keys, { ns: "other" })],
      [resource("core/v1:SecretPatch", { metadata: { name: "store", namespace: "tracing" }, stringData: {} })],
    ]) {
      assert.deepEqual(await said(stackWith({ type: "s3" }), ...others), { violations: [], notes: [elsewhere] });
    }
    assert.equal((await said(onS3)).notes.length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [stackWith({ type: "s3" }, { enabled: unknown }), secret(keys)],
      [stackWith({ type: unknown }), secret(keys)],
      [stackWith({ type: "s3", credentialMode: unknown }), secret(keys)],
      [stackWith({ type: "s3", name: unknown }), secret(keys)],
      [stackWith({ type: "s3" }), secret(unknown)],
      [stackWith({ type: "s3" }), secret({ role_arn: unknown })],
      [stackWith({ type: "s3" }), secret(keys, { name: unknown })],
      [tempo("TempoStackPatch", { storage: { tls: { enabled: unknown } } })],
      [monolithic({ backend: unknown }), secret(keys)],
      [monolithic({ backend: "s3", s3: { secret: unknown } }), secret(keys)],
      [onS3, secret({ endpoint: unknown })],
      [onS3, secret({ endpoint: unknown }, { key: "data" })],
    ]) {
      const { violations, notes } = await said(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for Tempo\w+ tracing\/simplest: .* is not known before the update\.$/);
    }
  });

  it("decides although other values of the Secret are not known", async () => {
    const generated = secret({ ...keys, access_key_secret: unknown });
    assert.deepEqual((await said(stackWith({ type: "s3" }), generated)).violations, [stackMessage]);
    assert.equal((await said(onS3, generated)).violations.length, 1);
  });
});
