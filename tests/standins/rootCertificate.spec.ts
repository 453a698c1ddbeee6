import assert from "node:assert/strict";
import { kinds, object, type Deployment, type KubeObject } from "../../cluster/standins/objects";
import { rootCertificates } from "../../cluster/standins/rootCertificate";
import { mesh, namespace } from "./mesh";
import { available, Simulation } from "./simulation";

const certificate = "-----BEGIN CERTIFICATE-----";
const controller = rootCertificates({ cert: certificate, key: "", issue: () => Promise.reject(new Error("unused")) });
const member = namespace("bookinfo", { "maistra.io/member-of": "istio-system" });

function istiod(owner = "istio-system"): Deployment {
  const labels = { app: "istiod", "maistra.io/owner": owner };
  const fields = { spec: { selector: {}, template: { metadata: {}, spec: {} } } };
  return available(object(kinds.deployment, "istiod-basic", "istio-system", fields, { labels, generation: 1 }));
}

async function holders(...objects: KubeObject[]): Promise<string[]> {
  const simulation = new Simulation([controller], objects);
  await simulation.settle();
  return simulation.world.list(kinds.configMap).map(({ metadata, data }) => {
    assert.equal(metadata.name, "istio-ca-root-cert");
    assert.deepEqual(data, { "root-cert.pem": certificate });
    return metadata.namespace ?? "";
  });
}

describe("stand-in of istiod: root certificate", () => {
  it("puts the mesh's root certificate into the control plane's namespace and each member", async () => {
    const found = await holders(mesh(), istiod(), namespace("istio-system"), member, namespace("other"));
    assert.deepEqual(found.sort(), ["bookinfo", "istio-system"]);
  });

  it("puts it nowhere while no istiod is available", async () => {
    const { status: _status, ...down } = istiod();
    const simulation = new Simulation([controller]);
    for (const item of [mesh(), member, down as Deployment, istiod("elsewhere")]) simulation.world.put(item);
    assert.deepEqual(await controller.reconcile(simulation.world), []);
  });

  it("leaves one alone that is there, and namespaces that are going", async () => {
    const theirs = object(kinds.configMap, "istio-ca-root-cert", "bookinfo", { data: { "root-cert.pem": "theirs" } });
    const going = namespace("leaving", { "maistra.io/member-of": "istio-system" });
    const simulation = new Simulation([controller], [mesh(), istiod(), member, theirs]);
    simulation.world.put({ ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } });
    assert.equal(await simulation.step(), 0);
  });
});
