import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Kiali } from "../../components/kiali";
import type { TraceStore } from "../../components/traceStore";
import type { Deployment } from "../helpers/deploy";
import { assertComponent, deploy } from "../helpers/deploy";
import type { Answers } from "../helpers/fakeCluster";
import { admittedRoute } from "../helpers/fakeCluster";
import { mesh, traceStore } from "../helpers/layers";
import type { Recorder } from "../helpers/mocks";
import { isKnown, valueOf } from "../helpers/mocks";

const settingsAnnotation = "mesh-tracing/tracing-settings";

interface PatchSpec {
  readonly deployment: { readonly pod_annotations: Readonly<Record<string, string>> };
}

const digestIn = (recorder: Recorder) =>
  (recorder.find("kiali-tracing").inputs.spec as PatchSpec).deployment.pod_annotations[settingsAnnotation]!;

/** A cluster whose Kiali operator has put these settings on the pods. */
function clusterWith(digest: string): Answers {
  return {
    "/apis/kiali.io/v1alpha1/namespaces/mesh-root/kialis/console": {
      status: { conditions: [{ type: "Successful", status: "True" }] },
    },
    "/apis/apps/v1/namespaces/mesh-root/deployments/console": {
      spec: { template: { metadata: { annotations: { [settingsAnnotation]: digest } } } },
      status: { replicas: 1, updatedReplicas: 1, readyReplicas: 1 },
    },
    "/apis/route.openshift.io/v1/namespaces/mesh-root/routes/console": admittedRoute("kiali.example.test"),
  };
}

const patch = (run: Deployment, store: TraceStore = traceStore) =>
  deploy((readiness) => new Kiali("kiali", { mesh, traceStore: store, readiness }), run);

describe("Kiali", () => {
  let digest: string;

  before(async () => {
    digest = digestIn((await patch({ preview: true })).recorder);
  });

  const deployed = () => patch({ answers: clusterWith(digest) });

  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:kiali:Kiali");
  });

  it("patches the Kiali that the mesh's addon owns, and no field but its own", async () => {
    const { recorder } = await deployed();
    const { type, inputs } = recorder.find("kiali-tracing");
    assert.equal(type, "kubernetes:kiali.io/v1alpha1:KialiPatch");
    assert.deepEqual(inputs.metadata, {
      name: "console",
      namespace: "mesh-root",
      annotations: { "pulumi.com/patchForce": "true" },
    });
    assert.deepEqual(inputs.spec, {
      kiali_feature_flags: { certificates_information_indicators: { enabled: false } },
      deployment: { pod_annotations: { [settingsAnnotation]: digest } },
      external_services: {
        tracing: {
          enabled: true,
          // Over the addon's basic authentication, whose password Kiali would send to Tempo.
          auth: { type: "none" },
          in_cluster_url: "http://query.elsewhere.svc.cluster.local:5678",
          url: "https://traces.example.test",
          use_grpc: false,
          query_timeout: 30,
        },
      },
    });
  });

  it("keeps what the operators wrote into the live object secret", async () => {
    const { recorder } = await deployed();
    const options = recorder.options.get("kubernetes:kiali.io/v1alpha1:KialiPatch kiali-tracing");
    assert.deepEqual((options as pulumi.CustomResourceOptions).additionalSecretOutputs, ["metadata", "spec", "status"]);
  });

  it("tells its address outside and inside of the cluster and who may ask it, in plain text", async () => {
    const { component } = await deployed();
    assert.equal(await valueOf(component.url), "https://kiali.example.test");
    assert.equal(await valueOf(component.inClusterUrl), "https://console.mesh-root.svc.cluster.local:20001");
    assert.equal(await valueOf(component.namespace), "mesh-root");
    assert.equal(await valueOf(component.serviceAccountName), "console-service-account");
    assert.equal(await pulumi.isSecret(component.url), false);
  });

  it("marks the pods with a digest that changes with the settings and with nothing else", async () => {
    const otherStore = { ...traceStore, uiUrl: pulumi.output("https://other.example.test") } as TraceStore;
    const other = digestIn((await patch({ preview: true }, otherStore)).recorder);
    const again = digestIn((await patch({ preview: true })).recorder);
    assert.match(digest, /^[0-9a-f]{10}$/);
    assert.notEqual(other, digest);
    assert.equal(again, digest);
  });

  it("is not there before its operator has taken up these settings, Successful or not", async () => {
    await assert.rejects(
      patch({ answers: clusterWith("earlier") }),
      /still waiting for the Kiali operator to take up the tracing settings/,
    );
  });

  it("has no address before the router gave it one", async () => {
    const answers = {
      ...clusterWith(digest),
      "/apis/route.openshift.io/v1/namespaces/mesh-root/routes/console": undefined,
    };
    await assert.rejects(patch({ answers }), /still waiting for Route console in mesh-root to be made/);
  });

  it("in the first preview invents no address, nor a digest of one that is unknown", async () => {
    const { component } = await patch({ preview: true });
    assert.equal(await isKnown(component.url), false);
    assert.equal(await isKnown(component.inClusterUrl), true);
    const unknown = pulumi.output(pulumi.unknown as unknown as string);
    const { recorder } = await patch({ preview: true }, { ...traceStore, uiUrl: unknown } as TraceStore);
    const spec = recorder.find("kiali-tracing").inputs.spec as PatchSpec;
    assert.notEqual(typeof spec.deployment.pod_annotations[settingsAnnotation], "string");
  });
});
