import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import * as factories from "../../components/customResources";
import { apiVersions } from "../../components/versions";
import { Recorder, runMocked } from "../helpers/mocks";

describe("customResources", () => {
  /** What OpenShift Service Mesh 2.5 (Istio 1.18), tempo-operator 0.20, Kiali and OpenShift serve. */
  const served = {
    serviceMeshControlPlane: "maistra.io/v2:ServiceMeshControlPlane",
    serviceMeshMemberRoll: "maistra.io/v1:ServiceMeshMemberRoll",
    telemetry: "telemetry.istio.io/v1alpha1:Telemetry",
    tempoStack: "tempo.grafana.com/v1alpha1:TempoStack",
    route: "route.openshift.io/v1:Route",
    gateway: "networking.istio.io/v1beta1:Gateway",
    virtualService: "networking.istio.io/v1beta1:VirtualService",
    destinationRule: "networking.istio.io/v1beta1:DestinationRule",
    kialiPatch: "kiali.io/v1alpha1:KialiPatch",
  };

  it("have a factory for each kind, and no other", () => {
    assert.deepEqual(Object.keys(factories).sort(), Object.keys(served).sort());
  });

  for (const [name, type] of Object.entries(served)) {
    it(`are made by ${name} in the version that is served, with metadata and spec as given`, async () => {
      const recorder = new Recorder();
      const metadata = { name: "n", namespace: "ns", labels: { a: "b" }, annotations: { c: "d" } };
      const make = factories[name as keyof typeof factories] as unknown as (
        name: string,
        args: object,
        opts: pulumi.CustomResourceOptions,
      ) => void;
      await runMocked(recorder, {}, () => make("x", { metadata, spec: { field: 1 } }, {}));
      const made = recorder.find("x");
      assert.equal(made.type, `kubernetes:${type}`);
      const force = name === "kialiPatch" ? { "pulumi.com/patchForce": "true" } : {};
      assert.deepEqual(made.inputs, {
        apiVersion: type.split(":")[0],
        kind: type.split(":")[1]!.replace(/Patch$/, ""),
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...force } },
        spec: { field: 1 },
      });
    });
  }

  it("use no version of Istio's API that came after 1.18", () => {
    assert.equal(apiVersions.telemetry, "telemetry.istio.io/v1alpha1");
    assert.equal(apiVersions.networking, "networking.istio.io/v1beta1");
  });
});
