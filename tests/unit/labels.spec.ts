import assert from "node:assert/strict";
import { recommendedLabels } from "../../components/labels";
import { Recorder } from "../helpers/mocks";
import { runProgram } from "../helpers/program";

describe("labels", () => {
  it("are those that Kubernetes recommends", () => {
    assert.deepEqual(recommendedLabels("minio", "object-storage"), {
      "app.kubernetes.io/name": "minio",
      "app.kubernetes.io/component": "object-storage",
      "app.kubernetes.io/part-of": "mesh-tracing",
      "app.kubernetes.io/managed-by": "pulumi",
    });
  });

  it("are on every object but namespaces and what belongs to others", async () => {
    const recorder = new Recorder();
    await runProgram(recorder, { stack: "dev" });
    const without = recorder.registered
      .filter(({ inputs }) => inputs.metadata !== undefined)
      .filter(({ inputs }) => {
        const { labels } = inputs.metadata as { labels?: Record<string, string> };
        return labels?.["app.kubernetes.io/part-of"] !== "mesh-tracing";
      });
    assert.deepEqual(without.map(({ name }) => name).sort(), [
      "kiali-tracing",
      "namespaces-bookinfo",
      "namespaces-istio-system",
      "namespaces-tracing-system",
    ]);
  });
});
