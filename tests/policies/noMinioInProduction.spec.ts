import assert from "node:assert/strict";
import { noMinioInProduction } from "../../policies/rules/security/noMinioInProduction";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";
import { podMakers } from "./pods";

const makes = (spec: unknown, { stack = "prod", token = "apps/v1:Deployment" } = {}): Resource =>
  resource(
    token,
    { metadata: { name: "minio", namespace: "tracing-system" }, spec: { template: { spec } } },
    { stack },
  );
const image = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";
const server = { containers: [{ name: "minio", image, args: ["server", "/storage"] }] };

const messages = async (subject: Resource, config?: Record<string, unknown>) =>
  (await judge(noMinioInProduction, [subject], config)).violations.map(({ message }) => message);

describe("no-minio-in-production", () => {
  it("names the image, the environment and the fix", async () => {
    assert.deepEqual(await messages(makes(server)), [
      `Deployment tracing-system/minio: spec.template.spec.containers[0].image is "${image}", a MinIO server, in environment "prod". ` +
        "Use a maintained object store, or list the environment under nonProduction of policy no-minio-in-production.",
    ]);
  });

  it("allows it in development, staging and test, and nowhere else unless configured", async () => {
    for (const stack of ["dev", "staging", "test"]) {
      assert.deepEqual(await messages(makes(server, { stack })), []);
    }
    assert.equal((await messages(makes(server, { stack: "eu-1" }))).length, 1);
    assert.deepEqual(await messages(makes(server, { stack: "eu-1" }), { nonProduction: ["eu-1"] }), []);
    assert.equal((await messages(makes(server, { stack: "dev" }), { nonProduction: ["eu-1"] })).length, 1);
  });

  it("knows the server by its command too, of which it shows nothing", async () => {
    const script = "mkdir -p /storage/tempo && \\\nminio server /storage";
    for (const key of ["command", "args"]) {
      const [message] = await messages(
        makes({ initContainers: [{ image: "test-utils", [key]: ["sh", "-c", script] }] }),
      );
      assert.match(message ?? "", new RegExp(`initContainers\\[0\\]\\.${key}\\[2\\] is \\[secret\\], a MinIO server`));
    }
  });

  it("leaves the client and other images alone", async () => {
    for (const other of [
      "quay.io/minio/mc:1",
      "quay.io/minio/operator",
      "example.com/not-minio:1",
      "example.com/minio/x",
    ]) {
      assert.deepEqual(await messages(makes({ containers: [{ image: other, args: ["mc", "admin"] }] })), [], other);
    }
  });

  it("refuses a Tenant of MinIO's operator", async () => {
    const tenant = resource(
      "minio.min.io/v2:Tenant",
      { metadata: { name: "store", namespace: "x" } },
      { stack: "prod" },
    );
    const [message] = await messages(tenant);
    assert.match(message ?? "", /^Tenant x\/store: metadata\.name is "store", a MinIO server/);
  });

  for (const [token, , wrap] of podMakers) {
    it(`judges a ${token} and its patches`, async () => {
      for (const variant of [token, `${token}Patch`]) {
        const subject = resource(variant, { metadata: { name: "x" }, ...wrap(server) }, { stack: "prod" });
        assert.equal((await messages(subject)).length, 1, variant);
      }
    });
  }

  it("does not judge what a preview does not know, and says so", async () => {
    for (const spec of [{ containers: unknown }, { containers: [{ image: unknown }] }]) {
      const { violations, notes } = await judge(noMinioInProduction, [makes(spec)]);
      assert.deepEqual(violations, []);
      assert.match(
        notes[0] ?? "",
        /^Not decided for Deployment tracing-system\/minio: .* is not known before the update\.$/,
      );
      assert.deepEqual((await judge(noMinioInProduction, [makes(spec, { stack: "dev" })])).notes, []);
    }
    assert.equal((await messages(makes({ containers: [{ image: unknown }, { image }] }))).length, 1);
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(noMinioInProduction, [resource("core/v1:Service", { spec: server })]);
    assert.equal(notApplicable, 1);
  });
});
