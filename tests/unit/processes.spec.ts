import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DetachedProcess } from "../../cluster/processes";
import { Folder } from "../helpers/folder";

describe("a process that goes on after its command", function () {
  this.timeout(60_000);
  const scratch = new Folder();
  const detached = new DetachedProcess(path.join(scratch.path, "test.pid"), scratch.path);

  after(async () => {
    await detached.stop();
    scratch.remove();
  });

  it("is there also at the moment in which it becomes another program", async () => {
    const log = path.join(scratch.path, "test.log");
    // Becomes itself a thousand times, and then waits. At each change it has no command line for an instant.
    const script = scratch.write(
      "again.sh",
      'if [ "$1" -gt 0 ]; then exec sh "$0" "$(($1 - 1))"; fi; echo done; while true; do sleep 0.2; done',
    );
    detached.start("sh", ["-c", `exec sh ${script} 1000 > ${log}`], { env: process.env, log });
    while (!readFileSync(log, "utf8").startsWith("done")) {
      for (let look = 0; look < 100; look++) assert.notEqual(detached.pid, undefined);
      await nextTurn();
    }
  });
});
