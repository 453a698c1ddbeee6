import assert from "node:assert/strict";
import { parseImage } from "../../policies/kubernetes/images";

const digest = `sha256:${"0".repeat(64)}`;

describe("image references", () => {
  for (const [reference, registry, repository, tag, pinned] of [
    ["minio", "docker.io", "minio", undefined, undefined],
    ["localhost", "docker.io", "localhost", undefined, undefined],
    ["app.v1:2", "docker.io", "app.v1", "2", undefined],
    ["minio/minio:1.0", "docker.io", "minio/minio", "1.0", undefined],
    ["quay.io/minio/minio", "quay.io", "minio/minio", undefined, undefined],
    [`quay.io/minio/minio@${digest}`, "quay.io", "minio/minio", undefined, digest],
    [`quay.io/minio/minio:1.0@${digest}`, "quay.io", "minio/minio", "1.0", digest],
    ["localhost/app:dev", "localhost", "app", "dev", undefined],
    ["registry:5000/app", "registry:5000", "app", undefined, undefined],
    ["registry.example.com:5000/team/app:v1", "registry.example.com:5000", "team/app", "v1", undefined],
  ] as const) {
    it(`takes ${reference} apart`, () =>
      assert.deepEqual(parseImage(reference), { registry, repository, tag, digest: pinned }));
  }
});
