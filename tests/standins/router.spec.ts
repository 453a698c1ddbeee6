import assert from "node:assert/strict";
import type { AdmissionRequest } from "../../cluster/standins/admission";
import { kinds, object, type Route } from "../../cluster/standins/objects";
import { allocateHost, router } from "../../cluster/standins/router";
import { World } from "../../cluster/standins/world";
import { Simulation } from "./simulation";

function route(host?: string, name = "kiali", namespace = "istio-system", metadata = {}): Route {
  return object(kinds.route, name, namespace, { spec: { host, to: { name: "kiali" } } }, metadata);
}

function admitted(item: Route, old: Route | null = null): Map<string, unknown> {
  const request: AdmissionRequest = {
    uid: "1",
    operation: old === null ? "CREATE" : "UPDATE",
    namespace: item.metadata.namespace,
    object: item,
    oldObject: old,
    userInfo: {},
  };
  const verdict = allocateHost(request);
  assert.ok("patch" in verdict);
  return new Map(verdict.patch.map(({ path, value }) => [path, value]));
}

describe("stand-in of OpenShift: hosts of Routes", () => {
  it("gives a new Route without a host one of its name and namespace, and says that it did", () => {
    const patch = admitted(route());
    assert.equal(patch.get("/spec/host"), "kiali-istio-system.apps.mesh-tracing.local");
    assert.equal(patch.get("/metadata/annotations/openshift.io~1host.generated"), "true");
  });

  it("treats an empty host like none, and leaves a chosen one alone", () => {
    assert.equal(admitted(route("")).get("/spec/host"), "kiali-istio-system.apps.mesh-tracing.local");
    assert.deepEqual(admitted(route("mine.example")), new Map());
  });

  it("keeps the host when an operator writes the Route without it", () => {
    const patch = admitted(route(), route("kept.example"));
    assert.deepEqual(patch, new Map([["/spec/host", "kept.example"]]));
  });

  it("lets the host change when it is written", () => {
    assert.deepEqual(admitted(route("new.example"), route("old.example")), new Map());
  });

  it("admits a Route under its host, once", async () => {
    const simulation = new Simulation([router], [route("a.example")]);
    await simulation.settle();
    const ingress = simulation.world.live(route())?.status?.ingress?.[0];
    assert.equal(ingress?.host, "a.example");
    assert.deepEqual(
      ingress.conditions?.map(({ type, status }) => [type, status]),
      [["Admitted", "True"]],
    );
    assert.equal(simulation.writes.filter(({ verb }) => verb === "status").length, 1);
  });

  it("does not admit a Route that has no host yet", () => {
    assert.deepEqual(router.reconcile(new World([route()])), []);
  });

  it("refuses a host that an older Route of another namespace has", async () => {
    const older = route("a.example", "first", "team-a", { creationTimestamp: "2025-01-01T00:00:00Z" });
    const newer = route("a.example", "second", "team-b", { creationTimestamp: "2025-01-02T00:00:00Z" });
    const simulation = new Simulation([router], [newer, older]);
    await simulation.settle();
    const said = (item: Route) => simulation.world.live(item)?.status?.ingress?.[0]?.conditions?.[0];
    assert.equal(said(older)?.status, "True");
    assert.equal(said(newer)?.status, "False");
    assert.equal(said(newer)?.reason, "HostAlreadyClaimed");
  });
});
