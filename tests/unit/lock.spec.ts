import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { withLock } from "../../cluster/lock";
import { Folder } from "../helpers/folder";

describe("a lock file", () => {
  let folder: Folder;
  before(() => {
    folder = new Folder();
  });
  after(() => folder.remove());

  it("lets one at a time work, and is gone afterwards", async () => {
    const file = path.join(folder.path, "locks", "one");
    let working = 0;
    const work = async () => {
      working += 1;
      assert.equal(working, 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      working -= 1;
    };
    await Promise.all([withLock(file, "testing", work), withLock(file, "testing", work)]);
    assert.equal(existsSync(file), false);
  });

  it("is taken over from a process that is gone", async () => {
    const { pid } = spawnSync("true");
    const file = folder.write("stale", String(pid));
    assert.equal(await withLock(file, "testing", () => Promise.resolve("done")), "done");
  });

  it("is given back when the work fails", async () => {
    const file = path.join(folder.path, "failing");
    await assert.rejects(
      withLock(file, "testing", () => Promise.reject(new Error("no"))),
      /^Error: no$/,
    );
    assert.equal(existsSync(file), false);
  });
});
