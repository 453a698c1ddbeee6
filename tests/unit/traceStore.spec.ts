import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TraceStore } from "../../components/traceStore";
import type { Deployment } from "../helpers/deploy";
import { assertComponent, deploy } from "../helpers/deploy";
import { admittedRoute } from "../helpers/fakeCluster";
import { isKnown, valueOf } from "../helpers/mocks";
import { minio } from "../helpers/layers";

const route = "/apis/route.openshift.io/v1/namespaces/traces/routes/tempo-simplest-query-frontend";
const stack = "/apis/tempo.grafana.com/v1alpha1/namespaces/traces/tempostacks/simplest";
const answers = {
  [stack]: { status: { conditions: [{ type: "Ready", status: "True" }] } },
  [route]: admittedRoute("traces.example.test"),
};
const sized = { size: "1x.small", storageSize: "3Gi", retention: "72h0m0s" } as const;

function deployed(settings: ConstructorParameters<typeof TraceStore>[1]["settings"], run: Deployment = { answers }) {
  return deploy(
    (readiness) => new TraceStore("store", { namespace: pulumi.output("traces"), storage: minio, settings, readiness }),
    run,
  );
}

describe("TraceStore", () => {
  it("is a component", async () => {
    assertComponent(await deployed(sized), "mesh-tracing:tempo:TraceStore");
  });

  it("asks for a TempoStack on the storage's own Secret, with a size profile", async () => {
    const { recorder } = await deployed(sized);
    const { type, inputs } = recorder.find("store-tempo");
    assert.equal(type, "kubernetes:tempo.grafana.com/v1alpha1:TempoStack");
    assert.partialDeepStrictEqual(inputs.metadata, { name: "simplest", namespace: "traces" });
    assert.deepEqual(inputs.spec, {
      storage: { secret: { name: "storage-credentials", type: "s3" } },
      storageSize: "3Gi",
      retention: { global: { traces: "72h0m0s" } },
      size: "1x.small",
      template: { queryFrontend: { jaegerQuery: { enabled: true, ingress: { type: "route" } } } },
    });
  });

  it("or with total resources instead", async () => {
    const { size: _, ...settings } = { ...sized, resources: { memory: "3Gi", cpu: "2" } };
    const { recorder } = await deployed(settings);
    const spec = recorder.find("store-tempo").inputs.spec as Record<string, unknown>;
    assert.deepEqual(spec.resources, { total: { limits: { memory: "3Gi", cpu: "2" } } });
    assert.ok(!("size" in spec));
  });

  it("tells where spans go, where traces are asked for, and where people look at them", async () => {
    const { component } = await deployed(sized);
    assert.equal(await valueOf(component.zipkin.service), "tempo-simplest-distributor.traces.svc.cluster.local");
    assert.equal(await valueOf(component.zipkin.port), 9411);
    assert.equal(
      await valueOf(component.queryUrl),
      "http://tempo-simplest-query-frontend.traces.svc.cluster.local:16686",
    );
    assert.equal(await valueOf(component.uiUrl), "https://traces.example.test");
    assert.equal(await valueOf(component.storageSecretName), "storage-credentials");
  });

  it("is not there before tempo-operator says so, nor its page before the router does", async () => {
    await assert.rejects(
      deployed(sized, { answers: { [route]: answers[route] } }),
      /still waiting for Tempo's components/,
    );
    await assert.rejects(
      deployed(sized, { answers: { [stack]: answers[stack] } }),
      /still waiting for Route tempo-simplest-query-frontend in traces to be made/,
    );
  });

  it("fails with tempo-operator's words", async () => {
    const refused = {
      type: "ConfigurationError",
      status: "True",
      reason: "InvalidStorageConfig",
      message: "no bucket",
    };
    const refusing = { ...answers, [stack]: { status: { conditions: [refused] } } };
    await assert.rejects(
      deployed(sized, { answers: refusing }),
      /tempo-operator refuses it: InvalidStorageConfig: no bucket$/,
    );
  });

  it("in the first preview knows everything but the router's host", async () => {
    const { component } = await deployed(sized, { preview: true });
    assert.equal(await valueOf(component.zipkin.service), "tempo-simplest-distributor.traces.svc.cluster.local");
    assert.equal(await isKnown(component.queryUrl), true);
    assert.equal(await isKnown(component.uiUrl), false);
  });

  it("in a later preview knows the host too", async () => {
    const { component } = await deployed(sized, { preview: true, answers });
    assert.equal(await valueOf(component.uiUrl), "https://traces.example.test");
  });
});
