import assert from "node:assert/strict";
import { providerServiceInMesh } from "../../policies/rules/membership/providerServiceInMesh";
import { controlPlane, judge, resource, roll, rollOf, tokens, unknown } from "./helper";

const withService = (service: unknown, kind = "zipkin") =>
  controlPlane({ meshConfig: { extensionProviders: [{ name: "tempo", [kind]: { service, port: 9411 } }] } });

const host = "tempo-simplest-distributor.tracing-system.svc.cluster.local";

describe("provider-service-in-mesh", () => {
  it("refuses a service in a namespace that the mesh does not have", async () => {
    const subject = withService(host);
    const { violations } = await judge(providerServiceInMesh, [subject, roll("bookinfo")]);
    assert.deepEqual(violations, [
      {
        message:
          "ServiceMeshControlPlane istio-system/istio-system: spec.meshConfig.extensionProviders[0].zipkin.service is " +
          `"${host}", in namespace tracing-system, which the mesh does not have, so the provider is switched off. To fix it, ` +
          "add tracing-system to spec.members of ServiceMeshMemberRoll istio-system/default, or name a service in a namespace of the mesh.",
        urn: subject.urn,
      },
    ]);
  });

  it("judges every kind of provider, and every way to write the host", async () => {
    for (const kind of ["opentelemetry", "envoyOtelAls", "envoyExtAuthzHttp"]) {
      assert.equal((await judge(providerServiceInMesh, [withService(host, kind)])).violations.length, 1, kind);
    }
    for (const service of ["zipkin.tracing-system.svc", `tracing-system/${host}`]) {
      assert.equal((await judge(providerServiceInMesh, [withService(service)])).violations.length, 1, service);
      assert.deepEqual(
        (await judge(providerServiceInMesh, [withService(service), roll("tracing-system")])).violations,
        [],
      );
    }
  });

  it("accepts members, the control plane's namespace, and hosts outside Kubernetes", async () => {
    assert.deepEqual((await judge(providerServiceInMesh, [withService(host), roll("tracing-system")])).violations, []);
    for (const service of ["zipkin.istio-system.svc.cluster.local", "traces.example.com", "localhost"]) {
      assert.deepEqual((await judge(providerServiceInMesh, [withService(service), roll()])).violations, [], service);
    }
  });

  it("judges each control plane by its own mesh", async () => {
    const other = resource(tokens.roll, {
      metadata: { name: "default", namespace: "other-system" },
      spec: { members: ["tracing-system"] },
    });
    assert.equal((await judge(providerServiceInMesh, [withService(host), roll(), other])).violations.length, 1);
  });

  it("judges a Sail mesh by its discoverySelectors", async () => {
    const istio = (discoverySelectors: unknown[]) =>
      resource(tokens.istio, {
        metadata: { name: "default" },
        spec: {
          values: {
            meshConfig: {
              discoverySelectors,
              extensionProviders: [{ name: "otel", opentelemetry: { service: host } }],
            },
          },
        },
      });
    const byName = (name: string) => [{ matchLabels: { "kubernetes.io/metadata.name": name } }];
    assert.deepEqual((await judge(providerServiceInMesh, [istio([])])).violations, []);
    assert.deepEqual((await judge(providerServiceInMesh, [istio(byName("tracing-system"))])).violations, []);
    assert.equal((await judge(providerServiceInMesh, [istio(byName("bookinfo"))])).violations.length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [withService(unknown), roll()],
      [controlPlane({ meshConfig: { extensionProviders: [{ name: "tempo", zipkin: unknown }] } }), roll()],
      [controlPlane({ meshConfig: { extensionProviders: [unknown] } }), roll()],
      [withService(host), roll(unknown)],
      [withService(host), rollOf({ members: unknown })],
    ]) {
      const { violations, notes } = await judge(providerServiceInMesh, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(
        notes[0] ?? "",
        /^Not decided for ServiceMeshControlPlane istio-system\/istio-system: .* is not known/,
      );
    }
  });
});
