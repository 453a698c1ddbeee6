import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { apiVersionsCurrent as rule } from "../../policies/rules/operations/apiVersionsCurrent";
import { controlPlane, judge, resource } from "./helper";
import { istio } from "./sail";

const object = (token: string): Resource => resource(token, { metadata: { name: "x", namespace: "shop" } });
const count = async (...resources: Resource[]) => (await judge(rule, resources)).violations.length;

describe("api-versions-current", () => {
  it("advises against Istio's older versions beside its own mesh", async () => {
    const subject = object("telemetry.istio.io/v1alpha1:Telemetry");
    assert.deepEqual((await judge(rule, [istio(), subject])).violations, [
      {
        message:
          'Telemetry shop/x: apiVersion is "telemetry.istio.io/v1alpha1", an older version, which a later release of its operator ' +
          "may no longer have. Write telemetry.istio.io/v1.",
        urn: subject.urn,
      },
    ]);
    assert.equal(
      await count(
        istio(),
        object("networking.istio.io/v1beta1:Gateway"),
        object("networking.istio.io/v1alpha3:DestinationRule"),
        object("security.istio.io/v1beta1:PeerAuthentication"),
      ),
      3,
    );
  });

  it("leaves them alone where OpenShift Service Mesh 2 reads them, or nobody knows who does", async () => {
    const older = object("telemetry.istio.io/v1alpha1:Telemetry");
    assert.equal(await count(controlPlane(), older), 0);
    assert.equal(await count(controlPlane(), istio(), older), 0);
    assert.equal(await count(older), 0);
  });

  it("advises against older versions of operators' kinds, with or without a mesh", async () => {
    assert.equal(await count(object("opentelemetry.io/v1alpha1:OpenTelemetryCollector")), 1);
    assert.equal(await count(object("maistra.io/v1:ServiceMeshControlPlane")), 1);
    for (const token of [
      "opentelemetry.io/v1beta1:OpenTelemetryCollector",
      "maistra.io/v1:ServiceMeshMemberRoll",
      "sailoperator.io/v1alpha1:ZTunnel",
      "tempo.grafana.com/v1alpha1:TempoStack",
      "networking.istio.io/v1alpha3:EnvoyFilter",
      "telemetry.istio.io/v1:Telemetry",
    ]) {
      assert.equal(await count(istio(), object(token)), 0, token);
    }
  });
});
