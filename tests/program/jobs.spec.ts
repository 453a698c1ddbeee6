import assert from "node:assert/strict";
import { Recorder } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

describe("every Job of the program", () => {
  let recorder: Recorder;
  before(async () => {
    recorder = new Recorder();
    const config = { ...stackConfig("dev"), "mesh-tracing:objectStorage": '{"credentialsGeneration":2}' };
    await runProgram(recorder, { stack: "dev", config });
  });

  const jobs = () =>
    recorder.ofType("kubernetes:batch/v1:Job").map(({ type, name, inputs }) => {
      const { metadata, spec } = inputs as {
        metadata: { annotations?: Record<string, string> };
        spec: { activeDeadlineSeconds: number; ttlSecondsAfterFinished?: number };
      };
      return { name, annotations: metadata.annotations, spec, options: recorder.options.get(`${type} ${name}`) };
    });

  it("is one of four", () => {
    assert.deepEqual(
      jobs()
        .map(({ name }) => name)
        .sort(),
      ["credential-retirement-2", "minio-provisioning-2", "traffic-job", "verification-job"],
    );
  });

  it("is replaced when it has failed, or no later up could succeed", () => {
    for (const { name, annotations } of jobs()) {
      assert.equal(annotations?.["pulumi.com/replaceUnready"], "true", name);
    }
  });

  it("ends before Pulumi gives up waiting for it", () => {
    for (const { name, spec, options } of jobs()) {
      const { create, update } = (options as { customTimeouts?: { create?: string; update?: string } }).customTimeouts!;
      assert.equal(create, `${spec.activeDeadlineSeconds + 60}s`, name);
      assert.equal(update, create, name);
    }
  });

  it("stays until Pulumi removes it", () => {
    assert.ok(jobs().every(({ spec }) => spec.ttlSecondsAfterFinished === undefined));
  });
});
