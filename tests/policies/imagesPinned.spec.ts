import assert from "node:assert/strict";
import { imagesPinned } from "../../policies/rules/security/imagesPinned";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";
import { podMakers, workload } from "./pods";

const digest = `sha256:${"0".repeat(64)}`;
const runs = (image: unknown): Resource => workload({ containers: [{ image }] });

const messages = async (subject: Resource, config?: Record<string, unknown>) =>
  (await judge(imagesPinned, [subject], config)).violations.map(({ message }) => message);

describe("images-pinned", () => {
  it("accepts an image by digest", async () => {
    assert.deepEqual(await messages(runs(`quay.io/minio/minio@${digest}`)), []);
    assert.deepEqual(await messages(runs(`quay.io/minio/minio:1.0@${digest}`)), []);
  });

  it("names an image without one, and the fix", async () => {
    assert.deepEqual(await messages(runs("quay.io/minio/minio:1.0")), [
      'Deployment shop/app: spec.template.spec.containers[0].image is "quay.io/minio/minio:1.0", without a digest, so tomorrow it may be another image. ' +
        "Add its digest (…@sha256:…), or set require of policy images-pinned to tag.",
    ]);
  });

  it("asks only for a tag if configured so", async () => {
    const config = { require: "tag" };
    assert.deepEqual(await messages(runs("quay.io/minio/minio:1.0"), config), []);
    assert.deepEqual(await messages(runs(`quay.io/minio/minio@${digest}`), config), []);
    assert.deepEqual(await messages(runs(`quay.io/minio/minio:latest@${digest}`), config), []);
    for (const image of ["minio", "quay.io/minio/minio:latest", "localhost:5000/minio"]) {
      assert.deepEqual(await messages(runs(image), config), [
        `Deployment shop/app: spec.template.spec.containers[0].image is "${image}", which is whatever was pushed last. Add the tag of a version, or a digest.`,
      ]);
    }
  });

  it("allows any registry unless configured", async () => {
    const config = { registries: ["quay.io/minio", "registry.example.com"] };
    assert.deepEqual(await messages(runs(`quay.io/minio/minio@${digest}`), config), []);
    assert.deepEqual(await messages(runs(`registry.example.com/a/b@${digest}`), config), []);
    assert.deepEqual(await messages(runs(`quay.io/minio@${digest}`), config), []);
    assert.deepEqual(await messages(runs(`docker.io/library/x@${digest}`), { registries: ["docker.io/"] }), []);
    assert.deepEqual(await messages(runs(`quay.io/minio-evil/minio@${digest}`), config), [
      `Deployment shop/app: spec.template.spec.containers[0].image is "quay.io/minio-evil/minio@${digest}", from registry quay.io, which is not allowed. ` +
        "Take it from quay.io/minio or registry.example.com, or add to registries of policy images-pinned.",
    ]);
    assert.equal((await messages(runs("minio"), config)).length, 2);
  });

  it("leaves out the image that Istio puts in, and one that is not named", async () => {
    assert.deepEqual(await messages(runs("auto")), []);
    assert.deepEqual(await messages(runs("")), []);
    assert.deepEqual(await messages(workload({ containers: [{ name: "app" }] })), []);
  });

  for (const [token, , wrap] of podMakers) {
    it(`judges a ${token} and its patches`, async () => {
      const spec = {
        initContainers: [{ image: "a" }],
        containers: [{ image: "b" }],
        ephemeralContainers: [{ image: "c" }],
        volumes: [{ image: { reference: "d" } }, { emptyDir: {} }],
      };
      for (const variant of [token, `${token}Patch`]) {
        const subject = resource(variant, { metadata: { name: "x" }, ...wrap(spec) });
        assert.equal((await messages(subject)).length, 4, variant);
      }
    });
  }

  it("judges images that custom resources name", async () => {
    const tempo = resource("tempo.grafana.com/v1alpha1:TempoStack", {
      metadata: { name: "t" },
      spec: { images: { tempo: "docker.io/grafana/tempo:2.9", tempoQuery: `x@${digest}` } },
    });
    const [message, ...others] = await messages(tempo);
    assert.deepEqual(others, []);
    assert.match(message ?? "", /^TempoStack t: spec\.images\.tempo is "docker\.io\/grafana\/tempo:2\.9"/);
    const collector = resource("opentelemetry.io/v1beta1:OpenTelemetryCollector", { spec: { image: "otel:1" } });
    assert.equal((await messages(collector)).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      runs(unknown),
      workload({ containers: unknown }),
      workload({ volumes: [{ image: { reference: unknown } }] }),
      resource("tempo.grafana.com/v1alpha1:TempoStack", { metadata: { name: "t" }, spec: { images: unknown } }),
      resource("opentelemetry.io/v1beta1:OpenTelemetryCollector", { spec: { image: unknown } }),
    ]) {
      const { violations, notes } = await judge(imagesPinned, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for .* is not known before the update\.$/);
    }
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(imagesPinned, [resource("core/v1:Service", {})]);
    assert.equal(notApplicable, 1);
  });
});
