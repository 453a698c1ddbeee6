import assert from "node:assert/strict";
import { MeshTelemetry } from "../../components/meshTelemetry";
import { assertComponent, deploy } from "../helpers/deploy";
import { mesh } from "../helpers/layers";
import { makersOf, valueOf } from "../helpers/mocks";

const deployed = () => deploy(() => new MeshTelemetry("telemetry", { mesh, samplingPercentage: 12.5 }));

describe("MeshTelemetry", () => {
  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:mesh:MeshTelemetry");
  });

  it("is mesh-wide: in the mesh's root namespace and without a selector", async () => {
    const { recorder } = await deployed();
    const { type, inputs } = recorder.find("telemetry-mesh-default");
    assert.equal(type, "kubernetes:telemetry.istio.io/v1alpha1:Telemetry");
    assert.partialDeepStrictEqual(inputs.metadata, { name: "mesh-default", namespace: "mesh-root" });
    assert.deepEqual(Object.keys(inputs.spec as object), ["tracing"]);
  });

  it("names the mesh's own provider and samples in percent", async () => {
    const { recorder } = await deployed();
    const { tracing } = recorder.find("telemetry-mesh-default").inputs.spec as { tracing: unknown };
    assert.deepEqual(tracing, [{ providers: [{ name: "spans" }], randomSamplingPercentage: 12.5 }]);
  });

  it("tells the percentage once the cluster has it", async () => {
    const { component } = await deployed();
    assert.equal(await valueOf(component.samplingPercentage), 12.5);
    assert.deepEqual(await makersOf(component.samplingPercentage), new Set(["telemetry-mesh-default"]));
  });
});
