import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { adoptedNamespaces, forEmbeddedCluster } from "../../cli/embeddedStack";
import { root } from "../helpers/program";

const configOf = (text: string) => (parse(text) as { config: Record<string, unknown> }).config;

describe("a stack file for an embedded control plane", () => {
  const prod = readFileSync(path.join(root, "Pulumi.prod.yaml"), "utf8");

  it("names that control plane and is the same otherwise", () => {
    const { "mesh-tracing:cluster": cluster, ...others } = configOf(forEmbeddedCluster(prod));
    const { "mesh-tracing:cluster": _prod, ...expected } = configOf(prod);
    assert.deepEqual(cluster, { context: "mesh-tracing-embedded" });
    assert.deepEqual(others, expected);
  });

  it("does not keep the UID of the real cluster, which would refuse this one", () => {
    const text = "config:\n  mesh-tracing:cluster: { context: prod, uid: 5f0c6c9e-0000-4000-8000-000000000001 }\n";
    assert.deepEqual(configOf(forEmbeddedCluster(text))["mesh-tracing:cluster"], { context: "mesh-tracing-embedded" });
  });

  it("has nothing of the real stack's secrets provider, which cannot be asked here", () => {
    const text = `secretsprovider: awskms://alias/x\nencryptedkey: abc\nencryptionsalt: v1:x\n${prod}`;
    assert.deepEqual(Object.keys(parse(forEmbeddedCluster(text)) as object), ["config"]);
  });

  it("takes keys on top", () => {
    const config = configOf(forEmbeddedCluster(prod, { members: ["tracing-system", "a"] }));
    assert.deepEqual(config["mesh-tracing:members"], ["tracing-system", "a"]);
  });

  it("tells which namespaces the stack expects to exist", () => {
    assert.deepEqual(adoptedNamespaces("config:\n  mesh-tracing:namespaces: { adopt: [team-a] }\n"), ["team-a"]);
    assert.deepEqual(adoptedNamespaces(prod), []);
  });
});
