import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { preparedCluster } from "../helpers/fakeCluster";
import { Recorder } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

describe("the first preview, on a cluster with nothing deployed", () => {
  let recorder: Recorder;

  before(async () => {
    recorder = new Recorder();
    await runProgram(recorder, { stack: "dev", preview: true, answers: preparedCluster() });
  });

  it("registers every resource that up will make", async () => {
    const up = new Recorder();
    await runProgram(up, { stack: "dev" });
    const names = (run: Recorder) => run.resources.map(({ type, name }) => `${type} ${name}`).sort();
    assert.deepEqual(names(recorder), names(up));
  });

  for (const held of ["namespaces-tracing-system", "minio-server", "trace-store-tempo", "mesh-control-plane"]) {
    it(`registers everything else while ${held} is still looked at`, async () => {
      const waiting = new Recorder();
      let release = () => {};
      waiting.hold = { name: held, until: new Promise((resolve) => (release = resolve)) };
      const running = runProgram(waiting, { stack: "dev", preview: true, answers: preparedCluster() });
      const everything = recorder.resources.length;
      for (let looks = 0; waiting.resources.length < everything && looks < 100; looks++) {
        await sleep(50);
      }
      const seen = waiting.resources.length;
      release();
      await running;
      assert.equal(seen, everything);
    });
  }

  it("knows what policies judge: provider, its service, sampling, members, namespaces of workloads", () => {
    const mesh = recorder.find("mesh-control-plane").inputs.spec as {
      meshConfig: unknown;
      tracing: unknown;
    };
    assert.deepEqual(mesh.meshConfig, {
      extensionProviders: [
        {
          name: "tempo",
          zipkin: { service: "tempo-simplest-distributor.tracing-system.svc.cluster.local", port: 9411 },
        },
      ],
    });
    assert.deepEqual(mesh.tracing, { type: "None", sampling: 10000 });
    assert.deepEqual(recorder.find("mesh-member-roll").inputs.spec, { members: ["tracing-system", "bookinfo"] });
    assert.deepEqual(recorder.find("telemetry-mesh-default").inputs.spec, {
      tracing: [{ providers: [{ name: "tempo" }], randomSamplingPercentage: 100 }],
    });
    const metadata = recorder.find("bookinfo-productpage-v1").inputs.metadata as { namespace: string };
    assert.equal(metadata.namespace, "bookinfo");
  });

  it("registers workloads outside the mesh too, so that a policy can name them", async () => {
    const outside = new Recorder();
    const config = { ...stackConfig("dev"), "mesh-tracing:members": '["tracing-system"]' };
    await runProgram(outside, { stack: "dev", preview: true, answers: preparedCluster(), config });
    assert.equal(outside.ofType("kubernetes:apps/v1:Deployment").length, 7);
  });

  it("does not invent the hosts that a router has yet to give", () => {
    const gateway = recorder.find("bookinfo-gateway").inputs.spec as { servers: { hosts: unknown[] }[] };
    assert.notEqual(typeof gateway.servers[0]!.hosts[0], "string");
  });
});
