import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { apiVersionsServed as rule } from "../../policies/rules/tracePath/apiVersionsServed";
import { controlPlane, judge, resource, roll } from "./helper";
import { istio } from "./sail";

const object = (token: string): Resource => resource(token, { metadata: { name: "x", namespace: "shop" } });

/** The versions that the rule asks for instead. */
async function advised(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => /Write (\S+)\.$/.exec(message)?.[1] ?? message);
}

describe("api-versions-served", () => {
  it("refuses Istio's v1 beside OpenShift Service Mesh 2, which is older", async () => {
    const subject = object("telemetry.istio.io/v1:Telemetry");
    assert.deepEqual((await judge(rule, [controlPlane(), subject])).violations, [
      {
        message:
          'Telemetry shop/x: apiVersion is "telemetry.istio.io/v1", a version that the API server does not have, so the update ' +
          "ends there. Write telemetry.istio.io/v1alpha1.",
        urn: subject.urn,
      },
    ]);
    for (const mesh of [controlPlane(), roll("shop")]) {
      assert.deepEqual(
        await advised(
          mesh,
          object("networking.istio.io/v1:VirtualService"),
          object("networking.istio.io/v1:GatewayPatch"),
          object("security.istio.io/v1:PeerAuthentication"),
        ),
        ["networking.istio.io/v1beta1", "networking.istio.io/v1beta1", "security.istio.io/v1beta1"],
      );
    }
    for (const token of [
      "telemetry.istio.io/v1alpha1:Telemetry",
      "networking.istio.io/v1alpha3:VirtualService",
      "networking.istio.io/v1alpha3:EnvoyFilter",
    ]) {
      assert.deepEqual(await advised(controlPlane(), object(token)), [], token);
    }
  });

  it("takes every version that Istio's own mesh has, also while both meshes are there", async () => {
    for (const token of ["telemetry.istio.io/v1:Telemetry", "telemetry.istio.io/v1alpha1:Telemetry"]) {
      assert.deepEqual(await advised(istio(), object(token)), []);
      assert.deepEqual(await advised(istio(), controlPlane(), object(token)), []);
      assert.deepEqual(await advised(object(token)), []);
    }
    assert.deepEqual(await advised(istio(), object("telemetry.istio.io/v1beta1:Telemetry")), ["telemetry.istio.io/v1"]);
  });

  it("refuses versions that an operator does not have, with or without a mesh", async () => {
    for (const [token, served] of [
      ["sailoperator.io/v1alpha1:Istio", "sailoperator.io/v1"],
      ["sailoperator.io/v1alpha1:IstioRevision", "sailoperator.io/v1"],
      ["sailoperator.io/v1alpha1:IstioCNI", "sailoperator.io/v1"],
      ["sail-operator.io/v1alpha1:Istio", "sailoperator.io/v1"],
      ["observability.redhat.com/v1alpha1:UIPlugin", "observability.openshift.io/v1alpha1"],
      ["maistra.io/v2:ServiceMeshMemberRoll", "maistra.io/v1"],
      ["tempo.grafana.com/v1:TempoStack", "tempo.grafana.com/v1alpha1"],
      ["kiali.io/v1:Kiali", "kiali.io/v1alpha1"],
      ["opentelemetry.io/v1:OpenTelemetryCollector", "opentelemetry.io/v1beta1"],
    ] as const) {
      assert.deepEqual(await advised(object(token)), [served], token);
    }
  });

  it("takes those that it has, and says nothing of other kinds", async () => {
    for (const token of [
      "sailoperator.io/v1:Istio",
      "sailoperator.io/v1alpha1:ZTunnel",
      "sailoperator.io/v1:ZTunnel",
      "maistra.io/v1:ServiceMeshControlPlane",
      "opentelemetry.io/v1alpha1:OpenTelemetryCollector",
      "opentelemetry.io/v1alpha1:Instrumentation",
      "observability.openshift.io/v1alpha1:UIPlugin",
      "core/v1:Service",
      "example.com/v7:Anything",
    ]) {
      assert.deepEqual(await advised(object(token)), [], token);
    }
  });
});
