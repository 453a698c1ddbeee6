import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { clusterUid } from "../helpers/fakeCluster";
import { Recorder, valueOf } from "../helpers/mocks";
import { runProgram } from "../helpers/program";

/** Records the provider of each Kubernetes resource too. */
class ProviderRecorder extends Recorder {
  readonly providers = new Map<string, string | undefined>();

  override newResource(args: pulumi.runtime.MockResourceArgs) {
    if (args.type.startsWith("kubernetes:")) {
      this.providers.set(args.name, args.provider);
    }
    return super.newResource(args);
  }
}

/** The stack outputs of a program, resolved. */
async function outputsOf(stack: string): Promise<Record<string, unknown>> {
  const outputs = (await runProgram(new Recorder(), { stack })) as Record<string, unknown>;
  const values = Object.entries(outputs).map(async ([key, value]) => {
    assert.equal(await pulumi.isSecret(pulumi.output(value)), false, `${key} is secret`);
    return [key, await valueOf(pulumi.output(value))] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

describe("index", () => {
  it("tells the URLs, the sampling and the members, in plain text", async () => {
    assert.deepEqual(await outputsOf("dev"), {
      kialiUrl: "https://kiali-istio-system.apps.example.test",
      tempoUiUrl: "https://tempo-simplest-query-frontend-tracing-system.apps.example.test",
      productpageUrl: "https://bookinfo-productpage-istio-system.apps.example.test/productpage",
      samplingPercentage: 100,
      members: ["tracing-system", "bookinfo"],
    });
  });

  it("has no URL of a demo that is not there", async () => {
    const outputs = await outputsOf("prod");
    assert.ok(!("productpageUrl" in outputs));
    assert.equal(outputs.samplingPercentage, 1);
  });

  it("deploys with one provider, to the context and the very cluster that were checked", async () => {
    const recorder = new ProviderRecorder();
    await runProgram(recorder, { stack: "dev" });
    const provider = recorder.find("cluster", "pulumi:providers:kubernetes");
    assert.partialDeepStrictEqual(provider.inputs, { context: "mesh-tracing-embedded", clusterIdentifier: clusterUid });
    assert.ok(recorder.providers.size > 30);
    for (const [name, used] of recorder.providers) {
      assert.match(used ?? "", /::cluster::cluster-id$/, `${name} goes to the default provider`);
    }
  });

  it("changes Secrets and ConfigMaps in place, since others refer to them by name", async () => {
    const recorder = new Recorder();
    await runProgram(recorder, { stack: "dev" });
    assert.partialDeepStrictEqual(recorder.find("cluster").inputs, {
      enableSecretMutable: "true",
      enableConfigMapMutable: "true",
    });
  });

  it("does not hold the requests of a large mesh back to Pulumi's 50 per second", async () => {
    const recorder = new Recorder();
    await runProgram(recorder, { stack: "dev" });
    const { kubeClientSettings } = recorder.find("cluster").inputs as { kubeClientSettings: string };
    assert.ok((JSON.parse(kubeClientSettings) as { qps: number }).qps > 50);
  });
});
