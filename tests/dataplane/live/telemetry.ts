import assert from "node:assert/strict";
import type { ChainLink } from "../../../components/tracingChain";
import { tryRun } from "../../../cluster/run";
import { shortPath } from "../../../dataplane/gateway";
import { traceCommand } from "../../../dataplane/traceCommand";
import type { LiveDataPlane } from "./dataPlane";
import { deployedTracing, LiveMesh, telemetry } from "./mesh";
import { LiveStore } from "./store";

/** What the Telemetry says is what the proxies do, and where that is nothing, verification says why. */
export const describeTelemetry = (live: LiveDataPlane) =>
  describe("traces by what the Telemetry says", () => {
    const mesh = new LiveMesh(live);
    const store = new LiveStore(live);

    /** Sends requests of which none may leave a trace, not even where it is sampled already. */
    const untraced = async () => [
      ...(await mesh.requests(20, shortPath)),
      ...(await mesh.requests(5, shortPath, { "x-b3-sampled": "1" })),
    ];

    /** Fails unless `npm run dataplane -- verify` misses these traces and names a link, which is broken for a reason like this. */
    async function assertNamed(link: string, reason: RegExp, ids: readonly string[]): Promise<void> {
      const traces = ids.flatMap((id) => ["--trace", id]);
      const options = ["--timeout", "1", "--json", "-", ...traces];
      const { program, args, env } = await traceCommand(live.name, "verify", options);
      const { code, stdout } = await tryRun(program, args, { env });
      assert.equal(code, 1, stdout);
      const { chain = [] } = JSON.parse(stdout) as { chain?: ChainLink[] };
      const broken = chain.filter(({ state }) => state === "broken");
      assert.deepEqual(
        broken.map(({ id }) => id),
        [link],
        stdout,
      );
      assert.match(broken[0]!.found, reason);
    }

    it("are a tenth at 10 %, as exactly as chance allows", async () => {
      await mesh.setTracing({ ...deployedTracing, randomSamplingPercentage: 10 }, 10);
      try {
        const ids = await mesh.requests(300, shortPath);
        const { length } = await mesh.found(ids);
        // 30 plus or minus four standard deviations of a binomial distribution: exceeded once in 16000 runs.
        assert.ok(length >= 9 && length <= 51, `${length} of 300 requests left a trace`);
      } finally {
        await mesh.setTracing(deployedTracing, 100);
      }
    });

    it("are none while it is deleted, requests are answered, and verify names the link", async () => {
      const { spec } = await live.cluster.get<{ spec: object }>(...telemetry);
      await live.cluster.kubectl("delete", ...telemetry);
      let ids: string[];
      try {
        await mesh.proxiesSample(undefined);
        ids = await untraced();
        await assertNamed("telemetry", /reports nothing: .*Telemetry/, ids);
        // The deployed job, too, as far as it may read.
        const { code, termination } = await store.verify(ids, 1);
        assert.equal(code, 1);
        assert.match(termination, /^25 of 25 traces not in Kiali.* The first broken link is Telemetry: /s);
      } finally {
        await live.cluster.apply({
          apiVersion: "telemetry.istio.io/v1alpha1",
          kind: "Telemetry",
          metadata: { name: "mesh-default", namespace: "istio-system" },
          spec,
        });
        await mesh.proxiesSample(100);
      }
      assert.deepEqual(await mesh.found(ids), []);
    });

    it("are none with a provider's name misspelt, and verify names the link", async () => {
      let ids: string[];
      try {
        await mesh.setTracing({ ...deployedTracing, providers: [{ name: "tempoo" }] }, undefined);
        ids = await untraced();
        await assertNamed("provider", /mesh-default .*names provider tempoo, which the mesh does not declare/, ids);
      } finally {
        await mesh.setTracing(deployedTracing, 100);
      }
      assert.deepEqual(await mesh.found(ids), []);
    });
  });
