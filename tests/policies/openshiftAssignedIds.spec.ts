import assert from "node:assert/strict";
import { openshiftAssignedIds } from "../../policies/rules/security/openshiftAssignedIds";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";
import { container, workload } from "./pods";
import { binding } from "./rbac";

const route = resource("route.openshift.io/v1:Route", { metadata: { name: "r" } });
const asUser = { securityContext: { runAsUser: 1000 } };
const scc = (to: unknown, ...accounts: unknown[]): Resource =>
  binding(
    accounts.map((name) => ({ kind: "ServiceAccount", name, namespace: "shop" })),
    { to, ns: "shop" },
  );

const messages = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(openshiftAssignedIds, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message);
};
const end =
  "which the namespace's range is unlikely to have, so OpenShift refuses the pods. Remove it, or bind a constraint such as nonroot-v2 to the pods' ServiceAccount.";

describe("openshift-assigned-ids", () => {
  it("names each id that a pod sets, and the fix", async () => {
    const spec = {
      securityContext: { runAsUser: 0, fsGroup: 2000, runAsGroup: 3000, supplementalGroups: [4000] },
      containers: [container({ securityContext: { runAsUser: 1000, seLinuxOptions: { level: "s0:c1,c2" } } })],
    };
    assert.deepEqual(await messages(route, workload(spec)), [
      `Deployment shop/app: spec.template.spec.securityContext.runAsUser is 0, ${end}`,
      `Deployment shop/app: spec.template.spec.containers[0].securityContext.runAsUser is 1000, ${end}`,
      `Deployment shop/app: spec.template.spec.containers[0].securityContext.seLinuxOptions.level is "s0:c1,c2", ${end}`,
      `Deployment shop/app: spec.template.spec.securityContext.fsGroup is 2000, ${end}`,
    ]);
  });

  it("accepts pods that set none", async () => {
    assert.deepEqual(await messages(route, workload({ containers: [container()] })), []);
    assert.deepEqual(await messages(route), []);
  });

  it("judges only what is for OpenShift", async () => {
    assert.deepEqual(await messages(workload(asUser)), []);
    for (const token of [
      "maistra.io/v2:ServiceMeshControlPlane",
      "maistra.io/v1:ServiceMeshMember",
      "project.openshift.io/v1:Project",
      "apps.openshift.io/v1:DeploymentConfig",
      "security.openshift.io/v1:SecurityContextConstraints",
    ]) {
      assert.equal((await messages(resource(token, { metadata: { name: "x" } }), workload(asUser))).length, 1, token);
    }
  });

  it("accepts ids if the ServiceAccount has a constraint of its own", async () => {
    const named = { ...asUser, serviceAccountName: "tempo" };
    assert.deepEqual(await messages(route, workload(named), scc("system:openshift:scc:nonroot-v2", "a", "tempo")), []);
    assert.deepEqual(await messages(route, workload(asUser), scc("system:openshift:scc:nonroot-v2", "default")), []);
    for (const other of [scc("system:openshift:scc:nonroot-v2", "default"), scc("view", "tempo")]) {
      assert.equal((await messages(route, workload(named), other)).length, 1);
    }
  });

  it("judges patches", async () => {
    assert.equal((await messages(route, workload(asUser, { token: "apps/v1:DeploymentPatch" }))).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [route, workload({ securityContext: { runAsUser: unknown } })],
      [route, workload({ securityContext: { fsGroup: unknown } })],
      [route, workload(asUser), scc(unknown, "default")],
      [route, workload(asUser), scc("system:openshift:scc:anyuid", unknown)],
      [route, workload({ ...asUser, serviceAccountName: unknown }), scc("system:openshift:scc:anyuid", "x")],
    ]) {
      const { violations, notes } = await judge(openshiftAssignedIds, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for Deployment shop\/app: .* is not known before the update\.$/);
    }
  });
});
