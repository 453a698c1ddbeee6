import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authority, type Authority } from "../../cluster/standins/certificates";
import { kinds, object } from "../../cluster/standins/objects";
import { serviceCa } from "../../cluster/standins/serviceCa";
import { namespace } from "./mesh";
import { Simulation } from "./simulation";

describe("stand-in of OpenShift: service CA", () => {
  let folder: string;
  let ca: Authority;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "service-ca-"));
    ca = await authority(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("puts its bundle into each namespace, also into one that comes later", async () => {
    const simulation = new Simulation([serviceCa(ca)], [namespace("a")]);
    await simulation.settle();
    simulation.create(namespace("b"));
    await simulation.settle();
    for (const name of ["a", "b"]) {
      const { data } = simulation.world.get(kinds.configMap, "openshift-service-ca.crt", name) ?? {};
      assert.equal(data?.["service-ca.crt"], ca.cert);
    }
  });

  it("makes a ConfigMap that asks for the bundle hold it and nothing else", async () => {
    const annotations = { "service.beta.openshift.io/inject-cabundle": "true" };
    const asking = object(kinds.configMap, "mine", "a", { data: { other: "x" } }, { annotations });
    const silent = object(kinds.configMap, "yours", "a", { data: { other: "x" } });
    const simulation = new Simulation([serviceCa(ca)], [namespace("a"), asking, silent]);
    await simulation.settle();
    assert.deepEqual(simulation.world.live(asking)?.data, { "service-ca.crt": ca.cert });
    assert.deepEqual(simulation.world.live(silent)?.data, { other: "x" });
  });

  for (const version of ["alpha", "beta"]) {
    it(`issues a certificate for a Service that asks for it in the ${version} annotation`, async () => {
      const annotations = { [`service.${version}.openshift.io/serving-cert-secret-name`]: "kiali-cert" };
      const service = object(kinds.service, "kiali", "istio-system", {}, { annotations });
      const simulation = new Simulation([serviceCa(ca)], [namespace("istio-system"), service]);
      await simulation.settle();
      const secret = simulation.world.get(kinds.secret, "kiali-cert", "istio-system");
      assert.equal(secret?.type, "kubernetes.io/tls");
      const certificate = new X509Certificate(Buffer.from(secret.data?.["tls.crt"] ?? "", "base64"));
      assert.ok(certificate.verify(new X509Certificate(ca.cert).publicKey));
      assert.equal(certificate.checkHost("kiali.istio-system.svc"), "kiali.istio-system.svc");
      assert.equal(
        certificate.checkHost("kiali.istio-system.svc.cluster.local"),
        "kiali.istio-system.svc.cluster.local",
      );
      assert.equal(certificate.checkHost("other.istio-system.svc"), undefined);
    });
  }

  it("creates nothing in a namespace that is being deleted", async () => {
    const annotations = { "service.beta.openshift.io/serving-cert-secret-name": "kiali-cert" };
    const service = object(kinds.service, "kiali", "a", {}, { annotations });
    const going = namespace("a");
    const simulation = new Simulation([serviceCa(ca)], [service]);
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    simulation.world.put({ ...going, metadata: { ...going.metadata, deletionTimestamp } });
    assert.equal(await simulation.step(), 0);
  });

  it("is the same authority after a restart", async () => {
    assert.equal((await authority(folder)).cert, ca.cert);
  });
});
