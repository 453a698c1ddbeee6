import assert from "node:assert/strict";
import { stackConfigSchema } from "../../components/config";
import { Namespaces, namespacesOf } from "../../components/namespaces";
import { assertComponent, deploy } from "../helpers/deploy";
import { makersOf, valueOf } from "../helpers/mocks";

const namespaceType = "kubernetes:core/v1:Namespace";
const patchType = "kubernetes:core/v1:NamespacePatch";

function deployed(stack: string) {
  const namespaces = [
    { name: "tracing-system", adopted: false },
    { name: "istio-system", adopted: true },
  ];
  return deploy(() => new Namespaces("namespaces", { namespaces }), { stack });
}

describe("namespacesOf", () => {
  const config = (changes: object) =>
    stackConfigSchema.parse({
      sampling: "1",
      members: ["team-a", "tracing-system"],
      cluster: { context: "x" },
      traceStore: { size: "1x.small" },
      ...changes,
    });

  it("has the program's own namespaces and every member, each once", () => {
    assert.deepEqual(namespacesOf(config({})), [
      { name: "istio-system", adopted: false },
      { name: "tracing-system", adopted: false },
      { name: "team-a", adopted: false },
    ]);
  });

  it("has the names that the configuration gives, and which of them are adopted", () => {
    const namespaces = { controlPlane: "mesh", tracing: "traces", adopt: ["mesh", "team-a"] };
    assert.deepEqual(namespacesOf(config({ namespaces })), [
      { name: "mesh", adopted: true },
      { name: "traces", adopted: false },
      { name: "team-a", adopted: true },
      { name: "tracing-system", adopted: false },
    ]);
  });

  it("has the demo's namespace with the demo only, member or not", () => {
    const names = (changes: object) => namespacesOf(config(changes)).map(({ name }) => name);
    assert.ok(!names({}).includes("bookinfo"));
    assert.ok(names({ bookinfo: true }).includes("bookinfo"));
    assert.equal(names({ bookinfo: true, members: ["bookinfo"] }).filter((name) => name === "bookinfo").length, 1);
  });
});

describe("Namespaces", () => {
  it("is a component", async () => {
    assertComponent(await deployed("dev"), "mesh-tracing:cluster:Namespaces");
  });

  it("creates a namespace that says which stack owns it", async () => {
    const { recorder } = await deployed("staging");
    assert.deepEqual(
      recorder.ofType(namespaceType).map(({ inputs }) => inputs.metadata),
      [{ name: "tracing-system", labels: { "mesh-tracing/stack": "staging" } }],
    );
  });

  it("only patches one that is adopted, and does not claim to own it", async () => {
    const { recorder } = await deployed("staging");
    assert.deepEqual(
      recorder.ofType(patchType).map(({ inputs }) => inputs.metadata),
      [{ name: "istio-system", labels: { "mesh-tracing/adopted-by": "staging" } }],
    );
  });

  it("gives each name as an output of what makes it", async () => {
    const { component, recorder } = await deployed("dev");
    for (const name of ["tracing-system", "istio-system"]) {
      const output = component.named(name);
      assert.equal(await valueOf(output), name);
      assert.deepEqual(await makersOf(output), new Set([recorder.find(`namespaces-${name}`).name]));
    }
  });

  it("refuses a name that it does not have", async () => {
    const { component } = await deployed("dev");
    assert.throws(() => component.named("none"), /^Error: namespace none is not one of tracing-system, istio-system$/);
  });
});
