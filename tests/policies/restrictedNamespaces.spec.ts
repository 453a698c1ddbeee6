import assert from "node:assert/strict";
import { restrictedNamespaces } from "../../policies/rules/security/restrictedNamespaces";
import { judge, namespace, resource, tokens, unknown } from "./helper";

const label = "pod-security.kubernetes.io/enforce";
const enforcing = (level: unknown) => namespace("shop", { [label]: level });

const messages = async (subject: ReturnType<typeof namespace>, config?: Record<string, unknown>) =>
  (await judge(restrictedNamespaces, [subject], config)).violations.map(({ message }) => message);

describe("restricted-namespaces", () => {
  it("accepts a namespace that enforces the restricted profile", async () => {
    assert.deepEqual(await messages(enforcing("restricted")), []);
  });

  it("names the label that is missing, and the fix", async () => {
    const subject = namespace("shop");
    const { violations } = await judge(restrictedNamespaces, [subject]);
    assert.deepEqual(violations, [
      {
        message: `Namespace shop: metadata.labels["${label}"] is not set, so Kubernetes takes privileged pods here. Set it to restricted, or list the namespace under except of policy restricted-namespaces.`,
        urn: subject.urn,
      },
    ]);
  });

  it("names a level that is too weak", async () => {
    for (const level of ["baseline", "privileged", "Restricted"]) {
      const [message] = await messages(enforcing(level));
      assert.match(
        message ?? "",
        new RegExp(`is "${level}", so Kubernetes takes pods here that break the restricted profile\\.`),
      );
    }
  });

  it("takes a weaker level and exceptions from its configuration", async () => {
    for (const level of ["restricted", "baseline"]) {
      assert.deepEqual(await messages(enforcing(level), { level: "baseline" }), []);
    }
    const [message] = await messages(enforcing("privileged"), { level: "baseline" });
    assert.match(message ?? "", /break the baseline profile\. Set it to baseline,/);
    assert.deepEqual(await messages(namespace("shop"), { except: ["other", "shop"] }), []);
    assert.equal((await messages(namespace("shop"), { except: ["other"] })).length, 1);
  });

  it("asks a patch for nothing, and judges the level that it sets", async () => {
    const patch = (labels: object) => resource(`${tokens.namespace}Patch`, { metadata: { name: "shop", labels } });
    assert.deepEqual(await messages(patch({})), []);
    assert.equal((await messages(patch({ [label]: "privileged" }))).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const [subject, config] of [
      [enforcing(unknown), {}],
      [resource(tokens.namespace, { metadata: { name: "shop", labels: unknown } }), {}],
      [namespace(unknown), { except: ["shop"] }],
    ] as const) {
      const { violations, notes } = await judge(restrictedNamespaces, [subject], config);
      assert.deepEqual(violations, []);
      assert.match(notes[0] ?? "", /^Not decided for Namespace .* is not known before the update\.$/);
      assert.equal(notes.length, 1);
    }
    assert.equal((await messages(namespace(unknown))).length, 1);
  });
});
