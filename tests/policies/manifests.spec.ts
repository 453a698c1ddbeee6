import assert from "node:assert/strict";
import { ManifestError, readManifest } from "../../policies/audit/manifests";
import { KubernetesObject } from "../../policies/kubernetes/match";

const read = (text: string) => readManifest(text, "mesh.yaml", "staging");
const typesIn = (text: string) => read(text).objects.map(({ resource }) => resource.type);

describe("manifests as resources", () => {
  it("gives each document Pulumi's type token, its environment's URN and its fields", () => {
    const { objects } = read(
      "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n---\napiVersion: apps/v1\nkind: Deployment\n",
    );
    assert.deepEqual(
      objects.map(({ resource, file }) => ({ ...resource, file })),
      [
        {
          type: "kubernetes:core/v1:Namespace",
          urn: "urn:pulumi:staging::manifests::kubernetes:core/v1:Namespace::mesh.yaml#1",
          props: { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } },
          file: "mesh.yaml",
        },
        {
          type: "kubernetes:apps/v1:Deployment",
          urn: "urn:pulumi:staging::manifests::kubernetes:apps/v1:Deployment::mesh.yaml#2",
          props: { apiVersion: "apps/v1", kind: "Deployment" },
          file: "mesh.yaml",
        },
      ],
    );
    assert.equal(KubernetesObject.from(objects[1]!.resource)?.toString(), 'Deployment "mesh.yaml#2"');
  });

  it("takes lists apart, those within lists and those whose items do not say what they are too", () => {
    const pods = { apiVersion: "v1", kind: "PodList", items: [{ metadata: { name: "a" } }, { metadata: {} }] };
    const roll = { apiVersion: "maistra.io/v1", kind: "ServiceMeshMemberRollList", items: [{}] };
    const list = { apiVersion: "v1", kind: "List", items: [pods, { apiVersion: "v1", kind: "Secret" }, roll] };
    assert.deepEqual(typesIn(JSON.stringify(list)), [
      "kubernetes:core/v1:Pod",
      "kubernetes:core/v1:Pod",
      "kubernetes:core/v1:Secret",
      "kubernetes:maistra.io/v1:ServiceMeshMemberRoll",
    ]);
    assert.deepEqual(read(JSON.stringify({ ...list, items: [] })), { objects: [], skipped: 0 });
  });

  it("counts documents that are no objects, and not those that are empty", () => {
    const { objects, skipped } = read("---\n# nothing\n---\nreplicas: 3\n---\n- a\n---\napiVersion: 1\nkind: X\n");
    assert.deepEqual({ objects, skipped }, { objects: [], skipped: 3 });
  });

  it("reads scalars as kubectl does", () => {
    const [object] = read(
      "apiVersion: v1\nkind: X\ndata: { a: yes, b: 2024-01-01, c: 1:30, d: 0o17, e: 017, f: 1e2 }",
    ).objects;
    const expected = { a: true, b: "2024-01-01", c: "1:30", d: "0o17", e: 15, f: 100 };
    assert.deepEqual(object?.resource.props["data"], expected);
  });

  it("reads anchors and merge keys", () => {
    const [object] = read("apiVersion: v1\nkind: X\na: &a { app: x }\nb:\n  <<: *a\n  version: v1\nc: *a\n").objects;
    assert.deepEqual(object?.resource.props["b"], { app: "x", version: "v1" });
    assert.equal(object?.lineOf(["c", "app"]), 3);
  });

  it("tells the line of a field, or of what encloses a missing one", () => {
    const text = [
      "apiVersion: v1", // 1
      "kind: List",
      "items:",
      "  - apiVersion: apps/v1", // 4
      "    kind: Deployment",
      "    metadata:", // 6
      "      labels:",
      '        sidecar.istio.io/inject: "true"', // 8
      "    spec:",
      "      containers:", // 10
      "        - name: a",
      "        - name: b", // 12
      "---",
      "# a comment",
      "apiVersion: v1", // 15
      "kind: Pod",
    ].join("\n");
    const [deployment, pod] = read(text).objects;
    const lines = [
      [],
      ["kind"],
      ["metadata", "labels", "sidecar.istio.io/inject"],
      ["metadata", "namespace"],
      ["spec", "containers", 1],
      ["spec", "containers", 1, "image", "tag"],
      ["spec", "containers", 2],
      ["spec", "containers", "x"],
      ["kind", "x"],
    ].map((path) => deployment?.lineOf(path));
    assert.deepEqual(lines, [4, 5, 8, 6, 12, 12, 10, 10, 5]);
    assert.deepEqual([pod?.lineOf([]), pod?.lineOf(["kind"])], [15, 16]);
  });

  it("finds numeric keys", () => {
    assert.equal(read("apiVersion: v1\nkind: X\ndata:\n  1: a\n  2: b\n").objects[0]?.lineOf(["data", "2"]), 5);
  });

  it("refuses what is no YAML, with every place", () => {
    assert.throws(
      () => read("a: b\na: c\n---\nkey: [1\n---\nx: {{ .Values.y }}\n"),
      (error: Error) => {
        assert.ok(error instanceof ManifestError);
        const places = error.message.split("\n").map((line) => /^mesh\.yaml:(\d+): \S/.exec(line)?.[1]);
        assert.ok(places.includes("2") && places.length >= 2 && !places.includes(undefined), error.message);
        return true;
      },
    );
  });

  it("refuses an alias that nothing defines, and too many of them", () => {
    assert.throws(() => read("a: *b"), /^ManifestError: mesh\.yaml: .*b/);
    const levels = Array.from({ length: 9 }, (_, level) => {
      const of = level === 0 ? '"x"' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array(9).fill(of).join(", ")}]`;
    });
    assert.throws(() => read(levels.join("\n")), ManifestError);
  });
});
