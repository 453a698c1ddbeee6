import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Recorder } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

const jobType = "kubernetes:batch/v1:Job";

describe("jobOptions", () => {
  const recorder = new Recorder();

  before(async () => {
    const objectStorage = JSON.stringify({ credentialsGeneration: 2 });
    await runProgram(recorder, {
      stack: "dev",
      config: { ...stackConfig("dev"), "mesh-tracing:objectStorage": objectStorage },
    });
  });

  for (const name of ["minio-provisioning-2", "credential-retirement-2", "traffic-job", "verification-job"]) {
    describe(`of ${name}`, () => {
      it("let it run again when it has failed, and keep it when it is done", () => {
        const { metadata, spec } = recorder.find(name).inputs;
        assert.partialDeepStrictEqual(metadata, { annotations: { "pulumi.com/replaceUnready": "true" } });
        assert.ok(!("ttlSecondsAfterFinished" in (spec as object)));
      });

      it("let the cluster end it before Pulumi stops waiting", () => {
        const { activeDeadlineSeconds } = recorder.find(name).inputs.spec as { activeDeadlineSeconds: number };
        assert.ok(activeDeadlineSeconds > 0 && activeDeadlineSeconds <= 3660);
        const { customTimeouts } = recorder.options.get(`${jobType} ${name}`) as pulumi.CustomResourceOptions;
        const wait = `${activeDeadlineSeconds + 60}s`;
        assert.deepEqual(customTimeouts, { create: wait, update: wait });
      });
    });
  }

  it("are those of every job", () => {
    assert.equal(recorder.ofType(jobType).length, 4);
  });
});
