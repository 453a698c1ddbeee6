import assert from "node:assert/strict";
import { kinds, object, type Member, type MemberRoll } from "../../cluster/standins/objects";
import { condition } from "../../cluster/standins/world";
import { maistra, mesh, namespace, namespaces, referenceSpec, roll } from "./mesh";
import { Simulation } from "./simulation";

function rollOf(simulation: Simulation): MemberRoll {
  const found = simulation.world.get(kinds.memberRoll, "default", "istio-system");
  assert.ok(found);
  return found;
}

function ready(simulation: Simulation): ReturnType<typeof condition> {
  return condition(rollOf(simulation).status?.conditions, "Ready");
}

function labels(simulation: Simulation, name: string): Readonly<Record<string, string>> {
  return simulation.world.get(kinds.namespace, name)?.metadata.labels ?? {};
}

function policies(simulation: Simulation, name: string): string[] {
  return simulation.world
    .list(kinds.networkPolicy, name)
    .map(({ metadata }) => metadata.name)
    .sort();
}

describe("stand-in of Maistra: member roll", () => {
  it("configures each member: label, membership, NetworkPolicies", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("tracing-system", "bookinfo")]);
    await simulation.settle();
    const { status } = rollOf(simulation);
    assert.equal(ready(simulation).status, "True");
    assert.equal(ready(simulation).reason, "Configured");
    assert.deepEqual(status?.configuredMembers, ["bookinfo", "tracing-system"]);
    assert.deepEqual((status as { pendingMembers?: unknown }).pendingMembers, []);
    assert.equal(status.annotations?.configuredMemberCount, "2/2");
    assert.equal((status as { observedGeneration?: number }).observedGeneration, 1);
    for (const name of ["bookinfo", "tracing-system"]) {
      assert.equal(labels(simulation, name)["maistra.io/member-of"], "istio-system");
      assert.ok(simulation.world.get(kinds.member, "default", name));
      assert.deepEqual(policies(simulation, name), ["istio-expose-route-basic", "istio-mesh-basic"]);
    }
  });

  it("makes no NetworkPolicies in the members when the mesh does not manage them", async () => {
    const spec = { ...referenceSpec, security: { manageNetworkPolicy: false } };
    const simulation = new Simulation(maistra, [...namespaces, mesh(spec), roll("bookinfo")]);
    await simulation.settle();
    assert.equal(ready(simulation).status, "True");
    assert.deepEqual(policies(simulation, "bookinfo"), []);
  });

  it("waits for the mesh", async () => {
    const simulation = new Simulation(maistra, [...namespaces, roll("bookinfo")]);
    await simulation.settle();
    assert.equal(ready(simulation).status, "False");
    assert.equal(ready(simulation).reason, "ErrSMCPMissing");
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], undefined);
    simulation.create(mesh());
    await simulation.settle();
    assert.equal(ready(simulation).status, "True");
  });

  it("keeps a member pending until its namespace exists", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo", "later")]);
    await simulation.settle();
    const status = rollOf(simulation).status as { pendingMembers?: string[]; configuredMembers?: string[] };
    assert.deepEqual(status.pendingMembers, ["later"]);
    assert.deepEqual(status.configuredMembers, ["bookinfo"]);
    assert.equal(ready(simulation).reason, "ReconcileError");
    assert.equal(ready(simulation).message, "The following namespaces are not yet configured: [later]");
    const summary = rollOf(simulation).status?.memberStatuses?.find((member) => member.namespace === "later");
    assert.equal(condition(summary?.conditions, "Reconciled").reason, "NamespaceNotExists");
    simulation.create(namespace("later"));
    await simulation.settle();
    assert.equal(ready(simulation).status, "True");
  });

  it("has members pending again while the mesh moves on to another version", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo")]);
    await simulation.settle();
    simulation.patch(mesh({ tracing: { sampling: 100 } }));
    const seen = new Set<string | undefined>();
    while ((await simulation.step()) > 0) seen.add(ready(simulation).reason);
    assert.ok(seen.has("ReconcileError"));
    assert.equal(ready(simulation).reason, "Configured");
  });

  it("takes the label and the NetworkPolicies back when a member leaves", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("tracing-system", "bookinfo")]);
    await simulation.settle();
    simulation.patch(roll("tracing-system"));
    await simulation.settle();
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], undefined);
    assert.deepEqual(policies(simulation, "bookinfo"), []);
    assert.equal(simulation.world.get(kinds.member, "default", "bookinfo"), undefined);
    assert.equal(labels(simulation, "tracing-system")["maistra.io/member-of"], "istio-system");
  });

  it("tells Kiali which namespaces the mesh has", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("tracing-system", "bookinfo")]);
    await simulation.settle();
    const accessible = () =>
      simulation.world.get(kinds.kiali, "kiali", "istio-system")?.spec?.deployment?.accessible_namespaces;
    assert.deepEqual(accessible(), ["bookinfo", "tracing-system"]);
    simulation.patch(roll("bookinfo"));
    await simulation.settle();
    assert.deepEqual(accessible(), ["bookinfo"]);
  });

  it("finds members by label and by asterisk, never the operators' or the control plane's namespaces", async () => {
    const system = [namespace("openshift-operators"), namespace("kube-system"), namespace("team", { mesh: "yes" })];
    const selector = { matchLabels: { mesh: "yes" } };
    const selecting = object(kinds.memberRoll, "default", "istio-system", { spec: { memberSelectors: [selector] } });
    const byLabel = new Simulation(maistra, [...namespaces, ...system, mesh(), selecting]);
    await byLabel.settle();
    assert.deepEqual(rollOf(byLabel).status?.configuredMembers, ["team"]);
    const byAsterisk = new Simulation(maistra, [...namespaces, ...system, mesh(), roll("*")]);
    await byAsterisk.settle();
    assert.deepEqual(rollOf(byAsterisk).status?.configuredMembers, ["bookinfo", "team", "tracing-system"]);
  });

  it("goes, its memberships with it, and leaves the namespaces as they were", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo")]);
    await simulation.settle();
    assert.deepEqual(rollOf(simulation).metadata.finalizers, ["maistra.io/istio-operator"]);
    simulation.delete(roll());
    await simulation.settle();
    assert.equal(simulation.world.live(roll()), undefined);
    assert.deepEqual(simulation.world.list(kinds.member), []);
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], undefined);
    const kiali = simulation.world.get(kinds.kiali, "kiali", "istio-system");
    assert.deepEqual(kiali?.spec?.deployment?.accessible_namespaces, []);
  });

  it("loses its members when the mesh goes first", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo")]);
    await simulation.settle();
    simulation.delete(mesh());
    await simulation.settle();
    assert.equal(ready(simulation).reason, "ErrSMCPMissing");
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], undefined);
  });

  it("stays for ever when nobody runs its finalizer", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo")]);
    await simulation.settle();
    const withoutOperator = new Simulation([], simulation.world.list(kinds.memberRoll));
    withoutOperator.delete(roll());
    await withoutOperator.settle();
    assert.ok(withoutOperator.world.live(roll()));
  });
});

describe("stand-in of Maistra: membership", () => {
  const own = (controlPlane: string): Member =>
    object(kinds.member, "default", "bookinfo", {
      spec: { controlPlaneRef: { name: "basic", namespace: controlPlane } },
    });

  it("takes its namespace in and makes the roll if there is none", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), own("istio-system")]);
    await simulation.settle();
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], "istio-system");
    assert.deepEqual(rollOf(simulation).status?.configuredMembers, ["bookinfo"]);
    simulation.delete(own("istio-system"));
    await simulation.settle();
    assert.equal(simulation.world.live(roll()), undefined);
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], undefined);
  });

  it("says that its control plane is missing", async () => {
    const simulation = new Simulation(maistra, [...namespaces, own("nowhere")]);
    await simulation.settle();
    const conditions = simulation.world.live(own(""))?.status?.conditions;
    assert.equal(condition(conditions, "Ready").reason, "ErrorControlPlaneMissing");
    assert.equal(condition(conditions, "Reconciled").status, "False");
  });

  it("does not take a namespace from another mesh", async () => {
    const taken = namespace("bookinfo", { "maistra.io/member-of": "other" });
    const simulation = new Simulation(maistra, [namespace("istio-system"), taken, mesh(), roll("bookinfo")]);
    await simulation.settle();
    assert.equal(labels(simulation, "bookinfo")["maistra.io/member-of"], "other");
    const conditions = simulation.world.live(own(""))?.status?.conditions;
    assert.match(condition(conditions, "Ready").message ?? "", /already a member of other/);
    assert.equal(ready(simulation).status, "False");
  });

  it("lets a namespace go that is itself being deleted", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh(), roll("bookinfo")]);
    await simulation.settle();
    const going = simulation.world.get(kinds.namespace, "bookinfo");
    assert.ok(going);
    simulation.world.put({ ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
    simulation.delete(own(""));
    await simulation.settle();
    assert.equal(simulation.world.live(own("")), undefined);
    assert.equal(ready(simulation).status, "False");
  });
});
