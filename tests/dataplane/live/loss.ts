import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import * as path from "node:path";
import { waitUntilHealthy } from "../../../cluster/health";
import type { ContainerProcess } from "../../../dataplane/backend/pods";
import { describeLoss, traceLoss } from "../../../dataplane/backend/traceLoss";
import { dataPlaneFolder } from "../../../dataplane/process";
import { until, type LiveDataPlane } from "./dataPlane";
import { LiveStore } from "./store";

/** Tempo acknowledges what it has in memory only: what is lost of that in an accident, and that nothing else is. */
export const describeLosses = (live: LiveDataPlane) =>
  describe("acknowledged traces", () => {
    const store = new LiveStore(live);

    /** Fails unless exactly these of the traces are lost, for Tempo and for the deployed verification, which tell the number. */
    async function assertLoss(sent: readonly string[], isLost: (lost: readonly string[]) => boolean): Promise<void> {
      const { acknowledged, lost } = await traceLoss(sent, store.isFound);
      assert.ok(isLost(lost), describeLoss({ acknowledged, lost }));
      assert.match(describeLoss({ acknowledged, lost }), new RegExp(`^${lost.length} of ${sent.length} acknowledged`));
      const { code, termination } = await store.verify(sent, 2);
      assert.equal(code, 1);
      assert.match(termination, new RegExp(`^${lost.length} of ${sent.length} traces not in Kiali`));
    }

    // A compactor begins a minute after its start.
    it("are in the care of every part of Tempo, each in a process of its own", async () => {
      for (const component of ["ingester", "compactor", "querier", "query-frontend", "distributor"]) {
        await waitUntilHealthy(store.process(`tempo-${component}`), 120);
      }
    });

    // The ingester tries again half a minute after it was refused, so this is not asked right after that.
    it("that MinIO had refused are stored there since it takes the key again", () => store.stored(0));

    it("are all there after a graceful restart of the ingester", async () => {
      const sent = await store.send(20);
      // Right away, while it has them in memory only.
      await store.restartIngester();
      await store.assertNothingLost(sent);
    });

    it("are lost after SIGKILL where they were in memory only, and that is counted and told", async () => {
      const written = await store.send(10);
      // Answered when all that was in memory is on the volume.
      await store.askIngester("/flush");
      const sent = [...written, ...(await store.send(10))];
      await store.restartIngester("SIGKILL");
      await assertLoss(sent, (lost) => lost.length > 0 && !lost.some((id) => written.includes(id)));
    });

    describe("on a disk that gets full", () => {
      const ingester = () => store.process("tempo-ingester");
      /** A file in the ingester's volume, as the ingester sees it: the small disk is mounted for that process alone. */
      const inVolume = (name: string) => path.join(`/proc/${ingester().process.pid}/root/var/tempo`, name);

      /** Starts the ingester with an empty disk of a few megabytes for its volume, which goes with the process. */
      function onSmallDisk({ how }: ContainerProcess): void {
        const claim = path.join(
          dataPlaneFolder(live.cluster.folder),
          "claims/tracing-system.data-tempo-simplest-ingester-0",
        );
        const script = 'mount -t tmpfs -o size=8m small "$0" && exec "$@"';
        ingester().start({ ...how, program: "sh", args: ["-c", script, claim, how.program, ...how.args] });
      }

      before(() => store.restartIngester(undefined, onSmallDisk));

      after(() => store.restartIngester());

      it("are lost from then on, which is counted and told, and no longer once there is space", async () => {
        const before = await store.send(10);
        await store.askIngester("/flush");
        fill(inVolume("ballast"));
        const sent = await store.send(10);
        await store.askIngester("/flush");
        await until("the ingester says so", () =>
          Promise.resolve(readFileSync(ingester().log, "utf8").includes("no space left on device")),
        );
        await assertLoss(sent, (lost) => lost.length > 0);
        rmSync(inVolume("ballast"));
        const afterwards = await store.send(10);
        await store.storeEverything();
        await store.assertNothingLost([...before, ...afterwards]);
      });
    });
  });

/** Writes into a file until its disk is full. */
function fill(file: string): void {
  const descriptor = openSync(file, "w");
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(descriptor, block);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(descriptor);
  }
}
