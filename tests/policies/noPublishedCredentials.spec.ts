import assert from "node:assert/strict";
import { noPublishedCredentials } from "../../policies/rules/security/noPublishedCredentials";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const secret = (props: object, token = "core/v1:Secret"): Resource =>
  resource(token, { metadata: { name: "minio", namespace: "tracing" }, ...props });

const messages = async (subject: Resource) => {
  const { violations, notes } = await judge(noPublishedCredentials, [subject]);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message);
};

describe("no-published-credentials", () => {
  it("names the entry and the fix, and not the value", async () => {
    const entries = { access_key_id: "tempo", access_key_secret: "supersecret" };
    assert.deepEqual(await messages(secret({ stringData: entries })), [
      "Secret tracing/minio: stringData.access_key_secret is [secret], a value for access_key_secret that documentation publishes. " +
        "Generate it, or take it from the stack's encrypted configuration.",
    ]);
  });

  it("reads encoded entries, whatever their case and the spaces around", async () => {
    for (const value of ["minio123", "MinioAdmin", "changeme\n", "password"]) {
      const data = { "root-password": Buffer.from(value).toString("base64") };
      const [message] = await messages(secret({ data }));
      assert.match(message ?? "", /data\["root-password"\] is \[secret\]/, value);
      assert.equal((await messages(secret({ stringData: { password: value } }))).length, 1, value);
    }
  });

  it("accepts other values, and other entries", async () => {
    for (const stringData of [
      { password: "Canary-7hW2", token: "minioadmin2" },
      { username: "admin", bucket: "test", endpoint: "minio" },
      { "password-file": "password" },
      {},
    ]) {
      assert.deepEqual(await messages(secret({ stringData })), []);
    }
    assert.deepEqual(await messages(secret({ data: { password: "minioadmin" } })), []);
  });

  it("judges patches", async () => {
    const patch = secret({ stringData: { password: "minioadmin" } }, "core/v1:SecretPatch");
    assert.equal((await messages(patch)).length, 1);
  });

  it("does not judge what is encrypted, or what a preview does not know, and says so", async () => {
    for (const props of [
      { stringData: unknown },
      { data: unknown },
      { stringData: { password: unknown } },
      { stringData: "[secret]" },
    ]) {
      const { violations, notes } = await judge(noPublishedCredentials, [secret(props)]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    assert.deepEqual(await messages(secret({ stringData: { user: unknown } })), []);
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(noPublishedCredentials, [resource("core/v1:ConfigMap", {})]);
    assert.equal(notApplicable, 1);
  });
});
