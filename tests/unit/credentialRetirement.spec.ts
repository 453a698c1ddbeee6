import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CredentialRetirement } from "../../components/credentialRetirement";
import type { TraceStore } from "../../components/traceStore";
import { assertComponent, deploy } from "../helpers/deploy";
import { minio, traceStore } from "../helpers/layers";
import { Recorder } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

function retire(store: TraceStore = traceStore) {
  const args = { storage: minio, namespace: "traces", credentialsGeneration: 7, clientImage: "client:1" };
  return new CredentialRetirement("retirement", { ...args, traceStore: store });
}

describe("CredentialRetirement", () => {
  it("is a component", async () => {
    assertComponent(await deploy(() => retire()), "mesh-tracing:storage:CredentialRetirement");
  });

  it("removes every key but the one that Tempo runs with", async () => {
    const { recorder } = await deploy(() => retire());
    const { inputs } = recorder.find("retirement-7");
    assert.partialDeepStrictEqual(inputs, {
      metadata: { name: "minio-retirement-7", namespace: "traces" },
      spec: { backoffLimit: 6, activeDeadlineSeconds: 600 },
    });
    const { env, args } = (inputs.spec as { template: { spec: { containers: [{ env: object[]; args: [string] }] } } })
      .template.spec.containers[0];
    assert.partialDeepStrictEqual(env, [
      { name: "ENDPOINT", value: "http://s3.elsewhere.svc.cluster.local:9999" },
      { name: "ROOT_USER", valueFrom: { secretKeyRef: { name: "storage-root", key: "user" } } },
      { name: "ACCESS_KEY_ID", valueFrom: { secretKeyRef: { name: "minio-7", key: "access_key_id" } } },
    ]);
    assert.match(args[0], /\[ "\$id" = "\$ACCESS_KEY_ID" \] \|\| mc admin user remove store "\$id"/);
  });

  it("waits until the trace store says that Tempo runs with the key", async () => {
    let tell: (secretName: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => (tell = resolve));
    const waiting = { ...traceStore, storageSecretName: pulumi.output(told) } as TraceStore;
    const running = deploy(() => retire(waiting));
    let finished = false;
    void running.then(() => (finished = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(finished, false);
    tell("minio-7");
    assert.equal((await running).recorder.ofType("kubernetes:batch/v1:Job").length, 1);
  });

  describe("in the program", () => {
    const run = (generation: number) => {
      const recorder = new Recorder();
      const config = {
        ...stackConfig("staging"),
        "mesh-tracing:objectStorage": JSON.stringify({ credentialsGeneration: generation }),
      };
      return runProgram(recorder, { stack: "staging", config }).then(() => recorder);
    };

    it("happens from the second key on", async () => {
      const none = await run(1);
      assert.ok(!none.resources.some(({ name }) => name.startsWith("credential-retirement")));
      const second = await run(2);
      assert.ok(
        second.find("credential-retirement-2").started > second.find("trace-store-tempo").finished!,
        "the former key ended before Tempo had the new one",
      );
      const spec = second.find("trace-store-tempo").inputs.spec as { storage: { secret: { name: string } } };
      assert.equal(spec.storage.secret.name, "minio-2");
    });
  });
});
