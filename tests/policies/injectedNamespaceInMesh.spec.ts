import assert from "node:assert/strict";
import { injectedNamespaceInMesh } from "../../policies/rules/membership/injectedNamespaceInMesh";
import { controlPlane, judge, namespace, resource, roll, rollOf, unknown } from "./helper";
import { discovering, enabled, istio, revision } from "./sail";

const selective = discovering({ matchLabels: { mesh: "yes" } });
const judged = (...resources: Parameters<typeof judge>[1]) => judge(injectedNamespaceInMesh, resources);
const count = async (...resources: Parameters<typeof judge>[1]) => (await judged(...resources)).violations.length;

describe("injected-namespace-in-mesh", () => {
  it("refuses a namespace that is injected and not discovered", async () => {
    const subject = namespace("bookinfo", enabled);
    assert.deepEqual((await judged(selective, subject)).violations, [
      {
        message:
          'Namespace bookinfo: metadata.labels["istio-injection"] is "enabled", but no mesh of the stack has the namespace: ' +
          "its sidecars know no services and no tracing. To fix it, label namespace bookinfo so that discoverySelectors of Istio default match it, or remove the label.",
        urn: subject.urn,
      },
    ]);
    const [violation] = (await judged(selective, namespace("bookinfo", revision("canary")))).violations;
    assert.match(violation?.message ?? "", /metadata\.labels\["istio\.io\/rev"\] is "canary"/);
  });

  it("refuses one that is no member", async () => {
    const [violation] = (await judged(controlPlane(), roll("shop"), namespace("bookinfo", enabled))).violations;
    assert.match(violation?.message ?? "", /To fix it, add bookinfo to spec\.members of ServiceMeshMemberRoll/);
    assert.equal(await count(controlPlane(), roll("bookinfo"), namespace("bookinfo", enabled)), 0);
    const selecting = rollOf({ memberSelectors: [{ matchLabels: { mesh: "yes" } }] });
    assert.equal(await count(controlPlane(), selecting, namespace("bookinfo", { ...enabled, mesh: "yes" })), 0);
    assert.equal(await count(controlPlane(), selecting, namespace("bookinfo", enabled)), 1);
  });

  it("accepts what is discovered, and what is not injected", async () => {
    assert.equal(await count(selective, namespace("bookinfo", { ...enabled, mesh: "yes" })), 0);
    assert.equal(await count(istio(), namespace("bookinfo", enabled)), 0);
    assert.equal(
      await count(selective, namespace("bookinfo"), namespace("shop", { "istio-injection": "disabled" })),
      0,
    );
    const both = { "istio-injection": "disabled", ...revision("canary") };
    assert.equal(await count(selective, namespace("bookinfo", both)), 0);
  });

  it("judges patches of namespaces, and Projects", async () => {
    for (const token of ["core/v1:NamespacePatch", "project.openshift.io/v1:Project"]) {
      const subject = resource(token, { metadata: { name: "bookinfo", labels: enabled } });
      assert.equal(await count(selective, subject), 1, token);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [selective, namespace("bookinfo", { "istio-injection": unknown })],
      [selective, namespace(unknown, enabled)],
      [selective, namespace("bookinfo", { ...enabled, mesh: unknown })],
      [controlPlane(), roll(unknown), namespace("bookinfo", enabled)],
    ]) {
      const { violations, notes } = await judged(...resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
    }
    assert.equal(await count(selective, namespace("bookinfo", revision(unknown))), 1);
  });
});
