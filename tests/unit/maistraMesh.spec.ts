import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { controlPlaneSampling, MaistraMesh } from "../../components/maistraMesh";
import type { Deployment } from "../helpers/deploy";
import { assertComponent, deploy } from "../helpers/deploy";
import type { Answers } from "../helpers/fakeCluster";
import { traceStore } from "../helpers/layers";
import { valueOf } from "../helpers/mocks";

const controlPlane = "/apis/maistra.io/v2/namespaces/mesh-root/servicemeshcontrolplanes/istio-system";
const roll = "/apis/maistra.io/v1/namespaces/mesh-root/servicemeshmemberrolls/default";
const answers: Answers = {
  [controlPlane]: {
    metadata: { generation: 1 },
    status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }] },
  },
  [roll]: { status: { configuredMembers: ["shop", "traces"] } },
};
const half: Answers = { ...answers, [roll]: { status: { configuredMembers: ["shop"] } } };

function deployed(run: Deployment = { answers }, ask: (mesh: MaistraMesh) => unknown = () => undefined) {
  return deploy((readiness) => {
    const mesh = new MaistraMesh("mesh", {
      namespace: pulumi.output("mesh-root"),
      members: new Map(["shop", "traces"].map((name) => [name, pulumi.output(name)])),
      zipkin: traceStore.zipkin,
      samplingPercentage: 12.5,
      readiness,
    });
    ask(mesh);
    return mesh;
  }, run);
}

describe("controlPlaneSampling", () => {
  it("counts in hundredths of a percent, in whole numbers", () => {
    assert.deepEqual(
      [0, 0.01, 0.29, 1, 1.15, 33.33, 100].map(controlPlaneSampling),
      [0, 1, 29, 100, 115, 3333, 10_000],
    );
  });
});

describe("MaistraMesh", () => {
  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:mesh:MaistraMesh");
  });

  it("asks for an OSSM 2.5 control plane with tokens of third parties, Kiali and Grafana", async () => {
    const { recorder } = await deployed();
    const { type, inputs } = recorder.find("mesh-control-plane");
    assert.equal(type, "kubernetes:maistra.io/v2:ServiceMeshControlPlane");
    assert.partialDeepStrictEqual(inputs, {
      metadata: { name: "istio-system", namespace: "mesh-root" },
      spec: {
        version: "v2.5",
        security: { identity: { type: "ThirdParty" } },
        addons: { kiali: { enabled: true, name: "kiali" }, grafana: { enabled: true } },
      },
    });
  });

  it("switches Jaeger off, or the operator would refuse the extension provider, and derives the sampling", async () => {
    const { recorder } = await deployed();
    const { tracing } = recorder.find("mesh-control-plane").inputs.spec as { tracing: unknown };
    assert.deepEqual(tracing, { type: "None", sampling: 1250 });
  });

  it("sends spans to where the trace store says", async () => {
    const { component, recorder } = await deployed();
    const { meshConfig } = recorder.find("mesh-control-plane").inputs.spec as { meshConfig: unknown };
    assert.deepEqual(meshConfig, {
      extensionProviders: [{ name: "tempo", zipkin: { service: "spans.elsewhere.svc.cluster.local", port: 1234 } }],
    });
    assert.equal(await valueOf(component.tracingProvider), "tempo");
  });

  it("has one member roll, beside the control plane", async () => {
    const { component, recorder } = await deployed();
    const { type, inputs } = recorder.find("mesh-member-roll");
    assert.equal(type, "kubernetes:maistra.io/v1:ServiceMeshMemberRoll");
    assert.partialDeepStrictEqual(inputs, {
      metadata: { name: "default", namespace: "mesh-root" },
      spec: { members: ["shop", "traces"] },
    });
    assert.deepEqual(await valueOf(component.members), ["shop", "traces"]);
  });

  it("tells where its Kiali, its gateway and its telemetry are", async () => {
    const { component } = await deployed();
    assert.equal(await valueOf(component.rootNamespace), "mesh-root");
    assert.equal(await valueOf(component.kiali.name), "kiali");
    assert.equal(await valueOf(component.kiali.namespace), "mesh-root");
    assert.deepEqual(component.ingressGateway, {
      service: "istio-ingressgateway",
      httpPort: "http2",
      selector: { istio: "ingressgateway" },
    });
  });

  it("is not there, nor its member roll, before the operator says so", async () => {
    await assert.rejects(
      deployed({ answers: {} }),
      /still waiting for the Service Mesh operator to take up ServiceMeshControlPlane istio-system/,
    );
  });

  it("tells its members only when all of them are configured", async () => {
    await assert.rejects(deployed({ answers: half }), /still waiting for members traces of the mesh to be configured/);
  });

  it("is known in the first preview", async () => {
    const { component } = await deployed({ preview: true });
    assert.equal(await valueOf(component.tracingProvider), "tempo");
    assert.equal(await valueOf(component.rootNamespace), "mesh-root");
  });

  describe("membership", () => {
    /** Name of the resource that it resolves to; whether the whole mesh becomes ready is another question. */
    const ask = async (namespace: string, run?: Deployment) => {
      let answer: pulumi.Output<pulumi.Resource> | undefined;
      await deployed(run, (mesh) => {
        answer = mesh.membership(namespace);
        answer.apply(() => undefined);
      }).catch(() => undefined);
      return ((await valueOf(answer!)) as unknown as { __name: string }).__name;
    };

    it("is the roll, once the namespace is configured, whatever others are", async () => {
      assert.equal(await ask("shop", { answers: half }), "mesh-member-roll");
    });

    it("is waited for", async () => {
      await assert.rejects(
        ask("traces", { answers: half }),
        /still waiting for members traces of the mesh to be configured/,
      );
    });

    it("of a namespace that is no member fails in an up, with the way out", async () => {
      await assert.rejects(
        ask("bookinfo"),
        /namespace bookinfo is to get sidecars but is no member of the mesh \(shop, traces\): add it to mesh-tracing:members/,
      );
    });

    it("holds up no preview, so that the policy pack can name the workload", async () => {
      assert.equal(await ask("bookinfo", { preview: true }), "mesh-member-roll");
    });
  });
});
