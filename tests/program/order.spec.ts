import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Recorder } from "../helpers/mocks";
import { runProgram } from "../helpers/program";

/** What reads from what: the left one must exist before the right one is registered. */
const edges: readonly (readonly [string, string])[] = [
  ["namespaces-tracing-system", "minio-volume"],
  ["namespaces-tracing-system", "minio-root"],
  ["namespaces-istio-system", "mesh-control-plane"],
  ["namespaces-bookinfo", "mesh-member-roll"],
  ["namespaces-bookinfo", "bookinfo-details-v1"],
  ["minio-root", "minio-server"],
  ["minio-volume", "minio-server"],
  ["minio-server", "minio-provisioning-1"],
  ["minio-access-key-1", "minio-provisioning-1"],
  ["minio-provisioning-1", "trace-store-tempo"],
  ["trace-store-tempo", "mesh-control-plane"],
  ["trace-store-tempo", "kiali-tracing"],
  ["mesh-control-plane", "mesh-member-roll"],
  ["mesh-control-plane", "telemetry-mesh-default"],
  ["mesh-control-plane", "kiali-tracing"],
  ["mesh-member-roll", "bookinfo-details-v1"],
  ["mesh-member-roll", "bookinfo-productpage-v1"],
  ["bookinfo-route", "bookinfo-gateway"],
  ["bookinfo-gateway", "bookinfo-routes"],
  ["bookinfo-reviews-v3", "traffic-job"],
  ["bookinfo-routes", "traffic-job"],
  ["telemetry-mesh-default", "traffic-job"],
  ["traffic-run", "traffic-job"],
  ["traffic-job", "verification-job"],
  ["kiali-tracing", "verification-job"],
];

/** Layers that do not read from each other and so must not wait for each other. */
const independent: readonly (readonly [string, string])[] = [
  ["namespaces-istio-system", "minio-volume"],
  ["telemetry-mesh-default", "kiali-tracing"],
  ["kiali-tracing", "bookinfo-details-v1"],
  ["telemetry-mesh-default", "bookinfo-productpage-v1"],
];

/** Runs the dev stack, answering the registration of `held` only when nothing else goes on. */
async function startedBefore(held: string): Promise<Set<string>> {
  const recorder = new Recorder();
  let release = () => {};
  recorder.hold = { name: held, until: new Promise((resolve) => (release = resolve)) };
  const running = runProgram(recorder, { stack: "dev" });
  let seen = -1;
  while (seen !== recorder.resources.length) {
    seen = recorder.resources.length;
    await sleep(150);
  }
  const started = new Set(recorder.resources.map(({ name }) => name));
  release();
  await running;
  assert.ok(recorder.resources.length > started.size, `nothing waits for ${held}`);
  return started;
}

describe("the order of the layers", function () {
  this.timeout(30_000);
  const first = [...new Set([...edges, ...independent].map(([before]) => before))];
  for (const held of first) {
    it(`while ${held} is not there, exactly what does not need it goes on`, async () => {
      const started = await startedBefore(held);
      assert.ok(started.has(held), `${held} was never registered`);
      for (const [before, after] of edges) {
        assert.ok(before !== held || !started.has(after), `${after} did not wait for ${before}`);
      }
      for (const [before, after] of independent) {
        assert.ok(before !== held || started.has(after), `${after} waited for ${before} without need`);
      }
    });
  }
});
